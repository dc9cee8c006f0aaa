-- Prints what wrk measured as one line of JSON; latencies are in microseconds.
done = function(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests":%d,"seconds":%f,"p50Us":%d,"p99Us":%d,"maxUs":%d,"failures":%d,"timeouts":%d}\n',
        summary.requests, summary.duration / 1e6,
        latency:percentile(50), latency:percentile(99), latency.max,
        errors.connect + errors.read + errors.write + errors.status, errors.timeout))
end
