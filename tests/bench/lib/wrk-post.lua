-- wrk-report.lua for a POST; the body is in the file that BENCH_BODY names.
local here = debug.getinfo(1, "S").source:match("^@(.*/)")
dofile(here .. "wrk-report.lua")

wrk.method = "POST"
wrk.body = assert(io.open(os.getenv("BENCH_BODY"))):read("*a")
wrk.headers["Content-Type"] = "application/json"
