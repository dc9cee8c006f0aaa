#include "net/url_part.h"

enum err url_error(CURLUcode code)
{
    if (code == CURLUE_OK)
        return ERR_OK;
    return code == CURLUE_OUT_OF_MEMORY ? ERR_NO_MEMORY : ERR_BAD_URL;
}

enum err url_part(CURLU *url, CURLUPart part, unsigned flags, char **text)
{
    CURLUcode code = curl_url_get(url, part, text, flags);
    if (code == CURLUE_OK)
        return ERR_OK;
    *text = NULL;
    return code == CURLUE_OUT_OF_MEMORY ? ERR_NO_MEMORY : ERR_OK;
}
