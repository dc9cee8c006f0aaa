#include "bench/calibrate.h"

#include "base/clock.h"
#include "net/http.h"
#include "net/stub.h"
#include "support.h"
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SOON_MS = 3000 };

static void our_own_overhead_is_measured(void **state)
{
    (void)state;
    struct bench_calibration c;
    const int64_t start_ms = clock_mono_ms();
    assert_int_equal(calibrate(&c), ERR_OK);
    assert_in_range(clock_mono_ms() - start_ms, 0, SOON_MS);
    assert_int_equal(c.calls, CALIBRATION_CALLS);
    assert_in_range(c.p50_us, 1, 100000);
    assert_in_range(c.p99_us, c.p50_us, SOON_MS * 1000);
    assert_in_range(c.clock_resolution_ns, 1, 1000000000);
}

static int connect_to(const struct stub *stub)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)stub_port(stub)),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* What a request, cut in two, brings: nothing before it is complete, the reply once afterwards. */
static void expect_reply(struct stub *stub, int fd, const char *request, const char *reply)
{
    char got[64] = "";
    for (const char *at = request; *at; at++) {
        stub_step(stub);
        assert_int_equal(recv(fd, got, sizeof got, MSG_DONTWAIT), -1);
        assert_int_equal(send(fd, at, 1, MSG_NOSIGNAL), 1);
    }
    ssize_t len = -1;
    for (const int64_t end_ms = clock_mono_ms() + SOON_MS; len < 0 && clock_mono_ms() < end_ms;) {
        stub_step(stub);
        len = recv(fd, got, sizeof got - 1, MSG_DONTWAIT);
    }
    assert_int_equal(len, strlen(reply));
    assert_memory_equal(got, reply, strlen(reply));
}

static void the_stub_answers_whole_requests(void **state)
{
    (void)state;
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";
    struct stub *stub;
    assert_int_equal(stub_open(reply, sizeof reply - 1, &stub), ERR_OK);
    const int fd = connect_to(stub);
    expect_reply(stub, fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", reply);
    expect_reply(stub, fd, "POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello", reply);
    close(fd);
    stub_close(stub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_overhead_is_measured),
        cmocka_unit_test(the_stub_answers_whole_requests),
    };
    if (http_global_init())
        return 1;
    int failed = cmocka_run_group_tests_name("calibrate", tests, NULL, NULL);
    http_global_cleanup();
    return failed;
}
