#include "net/gpu.h"

#include "support.h"

#include "base/buf.h"
#include <math.h>

static struct arena arena;

static int free_arena(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static enum err read_gpu(const char *text, struct gpu_reading *r)
{
    return gpu_read(text, strlen(text), &arena, r);
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

/* As dcgm-exporter 4 writes it, with its default counters. */
static const char dcgm[] =
    "# HELP DCGM_FI_DEV_SM_CLOCK SM clock frequency (in MHz).\n"
    "# TYPE DCGM_FI_DEV_SM_CLOCK gauge\n"
    "DCGM_FI_DEV_SM_CLOCK{gpu=\"0\",UUID=\"GPU-aa\",pci_bus_id=\"00000000:03:00.0\","
    "device=\"nvidia0\",modelName=\"NVIDIA A100\",Hostname=\"n1\"} 1410\n"
    "DCGM_FI_DEV_GPU_UTIL{gpu=\"0\",UUID=\"GPU-aa\",modelName=\"NVIDIA A100\",Hostname=\"n1\"} 78\n"
    "DCGM_FI_DEV_GPU_UTIL{gpu=\"1\",UUID=\"GPU-bb\",modelName=\"NVIDIA A100\",Hostname=\"n1\"} 12\n"
    "DCGM_FI_DEV_MEM_COPY_UTIL{gpu=\"0\",UUID=\"GPU-aa\"} 99\n"
    "DCGM_FI_DEV_FB_FREE{gpu=\"0\",UUID=\"GPU-aa\"} 6000\n"
    "DCGM_FI_DEV_FB_FREE{gpu=\"1\",UUID=\"GPU-bb\"} 1000\n"
    "DCGM_FI_DEV_FB_USED{gpu=\"0\",UUID=\"GPU-aa\"} 2000\n"
    "DCGM_FI_DEV_FB_USED{gpu=\"1\",UUID=\"GPU-bb\"} 3000\n";

static void dcgm_devices_are_aggregated_with_the_worst_visible(void **state)
{
    (void)state;
    struct gpu_reading r;
    assert_int_equal(read_gpu(dcgm, &r), ERR_OK);
    assert_int_equal(r.count, 2);
    assert_int_equal(r.valid, GPU_UTILIZATION | GPU_MEMORY_USED | GPU_MEMORY_TOTAL | GPU_MEMORY);
    assert_true(r.utilization_percent == 78 && r.utilization_mean_percent == 45);
    assert_int_equal(r.memory_used, 5000 * INT64_C(1048576));
    assert_int_equal(r.memory_total, 12000 * INT64_C(1048576));
    assert_true(near(r.memory_percent, 100.0 * 5 / 12) && near(r.memory_worst_percent, 75));
    assert_string_equal(r.devices[0].id, "aa");
    assert_string_equal(r.devices[0].name, "NVIDIA A100");
    assert_true(r.devices[0].memory_percent == 25);
}

/* As nvidia_gpu_exporter writes it for an H100 under load. */
static const char nvidia_smi[] =
    "# TYPE nvidia_smi_gpu_info gauge\n"
    "nvidia_smi_gpu_info{driver_version=\"590.48.01\",index=\"0\",name=\"NVIDIA H100 80GB HBM3\","
    "uuid=\"cc\"} 1\n"
    "nvidia_smi_index{uuid=\"cc\"} 0\n"
    "nvidia_smi_memory_free_bytes{uuid=\"cc\"} 6.4238911488e+10\n"
    "nvidia_smi_memory_reserved_bytes{uuid=\"cc\"} 5.02267904e+08\n"
    "nvidia_smi_memory_total_bytes{uuid=\"cc\"} 8.5520809984e+10\n"
    "nvidia_smi_memory_used_bytes{uuid=\"cc\"} 2.0780679168e+10\n"
    "nvidia_smi_compute_app_used_memory_bytes{pid=\"1\",uuid=\"cc\"} 1.645215744e+10\n"
    "nvidia_smi_utilization_gpu_ratio{uuid=\"cc\"} 0.78\n"
    "nvidia_smi_utilization_memory_ratio{uuid=\"cc\"} 0.11\n";

static void nvidia_smi_ratios_become_percent(void **state)
{
    (void)state;
    struct gpu_reading r;
    assert_int_equal(read_gpu(nvidia_smi, &r), ERR_OK);
    assert_int_equal(r.count, 1);
    assert_true(near(r.utilization_percent, 78));
    assert_int_equal(r.memory_used, 20780679168);
    assert_int_equal(r.memory_total, 85520809984);
    assert_true(near(r.memory_percent, 100 * 20780679168.0 / 85520809984.0));
    assert_string_equal(r.devices[0].name, "NVIDIA H100 80GB HBM3");
}

static const char vllm[] =
    "vllm:num_requests_running{engine=\"0\",model_name=\"m\"} 2.0\n"
    "vllm:num_requests_running{engine=\"1\",model_name=\"m\"} 3.0\n"
    "vllm:num_requests_waiting{engine=\"0\",model_name=\"m\"} 1.0\n"
    "vllm:num_requests_swapped{engine=\"0\",model_name=\"m\"} 9.0\n"
    "vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"m\"} 0.42\n"
    "vllm:kv_cache_usage_perc{engine=\"1\",model_name=\"m\"} 0.11\n"
    "vllm:request_success_total{finished_reason=\"stop\",model_name=\"m\"} 10.0\n";

static void the_kv_cache_is_no_gpu_memory(void **state)
{
    (void)state;
    struct gpu_reading r;
    assert_int_equal(read_gpu(vllm, &r), ERR_OK);
    assert_int_equal(r.valid, GPU_RUNNING | GPU_WAITING | GPU_KV_CACHE);
    assert_int_equal(r.count, 0);
    assert_true(r.running == 5 && r.waiting == 1 && near(r.kv_cache_percent, 42));
    assert_int_equal(read_gpu("vllm:gpu_cache_usage_perc{} 0.5\n", &r), ERR_OK);
    assert_int_equal(r.valid, GPU_KV_CACHE);
    assert_true(near(r.kv_cache_percent, 50));
}

/* Every way in which a figure can be missing: absent, never 0. */
static void absent_stays_absent(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
        unsigned valid;
    } cases[] = {
        {"", ERR_NOT_FOUND, 0},
        {"node_cpu_seconds_total{cpu=\"0\"} 7\n", ERR_NOT_FOUND, 0},
        {"DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} NaN\n", ERR_NOT_FOUND, 0},
        {"DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} +Inf\n", ERR_NOT_FOUND, 0},
        {"DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} -1\n", ERR_NOT_FOUND, 0},
        {"DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 101\n", ERR_NOT_FOUND, 0},
        {"DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 9.223372036854776e+18\n", ERR_NOT_FOUND, 0}, /* blank */
        {"DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 0\n", ERR_OK, GPU_UTILIZATION},
        {"DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 100\n", ERR_OK, GPU_UTILIZATION},
        {"nvidia_smi_utilization_gpu_ratio{uuid=\"a\"} 1.01\n", ERR_NOT_FOUND, 0},
        {"nvidia_smi_utilization_gpu_ratio{uuid=\"a\"} 78\n", ERR_NOT_FOUND, 0},
        {"DCGM_FI_DEV_FB_USED{gpu=\"0\"} 5\n", ERR_NOT_FOUND, 0}, /* of how much? */
        {"DCGM_FI_DEV_FB_USED{gpu=\"0\"} 2147483632\nDCGM_FI_DEV_FB_FREE{gpu=\"0\"} 5\n",
         ERR_NOT_FOUND, 0},
        {"DCGM_FI_DEV_FB_USED{gpu=\"0\"} 0\nDCGM_FI_DEV_FB_FREE{gpu=\"0\"} 0\n", ERR_NOT_FOUND, 0},
        {"DCGM_FI_DEV_FB_USED{gpu=\"0\"} 9\nDCGM_FI_DEV_FB_TOTAL{gpu=\"0\"} 5\n", ERR_NOT_FOUND, 0},
        {"DCGM_FI_DEV_FB_USED{gpu=\"0\"} 0\nDCGM_FI_DEV_FB_TOTAL{gpu=\"0\"} 5\n", ERR_OK,
         GPU_MEMORY_USED | GPU_MEMORY_TOTAL | GPU_MEMORY},
        {"nvidia_smi_memory_used_bytes{uuid=\"a\"} 0\nnvidia_smi_memory_total_bytes{uuid=\"a\"} "
         "0.5\n",
         ERR_NOT_FOUND, 0},
        /* A part of a device does not say how busy it is. */
        {"DCGM_FI_DEV_GPU_UTIL{gpu=\"0\",GPU_I_ID=\"1\"} 0\n", ERR_NOT_FOUND, 0},
        {"DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu=\"0\",GPU_I_ID=\"1\"} 0.5\n", ERR_OK, GPU_UTILIZATION},
        {"nvidia_smi_gpu_info{uuid=\"a\",name=\"b\"} 1\n", ERR_NOT_FOUND, 0},
        {"vllm:num_requests_running 1e300\n", ERR_NOT_FOUND, 0},
        {"vllm:kv_cache_usage_perc 1.2\n", ERR_NOT_FOUND, 0},
        {"DCGM_FI_DEV_GPU_UTIL{gpu=\"0\"} 5\n<html>", ERR_BAD_FORMAT, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct gpu_reading r;
        enum err err = read_gpu(cases[i].text, &r);
        if (err != cases[i].err || r.valid != cases[i].valid)
            fail_msg("%s: %s, %x", cases[i].text, err_name(err), r.valid);
    }
}

static void a_sum_is_over_devices_that_say_both(void **state)
{
    (void)state;
    static const char text[] = "nvidia_smi_memory_used_bytes{uuid=\"a\"} 10\n"
                               "nvidia_smi_memory_total_bytes{uuid=\"a\"} 40\n"
                               "nvidia_smi_memory_used_bytes{uuid=\"b\"} 99\n"
                               "nvidia_smi_memory_total_bytes{uuid=\"c\"} 99\n";
    struct gpu_reading r;
    assert_int_equal(read_gpu(text, &r), ERR_OK);
    assert_int_equal(r.count, 3);
    assert_int_equal(r.memory_used, 10);
    assert_int_equal(r.memory_total, 40);
    assert_int_equal(r.devices[1].valid, GPU_MEMORY_USED);
    assert_int_equal(r.devices[2].valid, GPU_MEMORY_TOTAL);
}

static void reserved_memory_belongs_to_the_total(void **state)
{
    (void)state;
    static const char text[] = "DCGM_FI_DEV_FB_USED{gpu=\"0\"} 10\n"
                               "DCGM_FI_DEV_FB_FREE{gpu=\"0\"} 20\n"
                               "DCGM_FI_DEV_FB_RESERVED{gpu=\"0\"} 10\n";
    struct gpu_reading r;
    assert_int_equal(read_gpu(text, &r), ERR_OK);
    assert_int_equal(r.memory_total, 40 * 1048576);
    assert_true(near(r.memory_percent, 25));
}

static void one_device_is_counted_once(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t devices;
        double utilization;
    } cases[] = {
        /* time slicing: once for each pod */
        {"DCGM_FI_DEV_GPU_UTIL{UUID=\"GPU-a\",pod=\"x\"} 40\n"
         "DCGM_FI_DEV_GPU_UTIL{UUID=\"GPU-a\",pod=\"y\"} 40\n",
         1, 40},
        /* two exporters behind one URL */
        {"DCGM_FI_DEV_GPU_UTIL{UUID=\"GPU-AB-1\"} 40\n"
         "nvidia_smi_utilization_gpu_ratio{uuid=\"ab-1\"} 0.5\n",
         1, 50},
        /* no UUID */
        {"DCGM_FI_DEV_GPU_UTIL{gpu=\"0\",Hostname=\"n1\"} 40\n"
         "DCGM_FI_DEV_GPU_UTIL{gpu=\"0\",Hostname=\"n2\"} 60\n"
         "DCGM_FI_DEV_GPU_UTIL{gpu=\"1\",Hostname=\"n2\"} 50\n",
         3, 60},
        {"DCGM_FI_DEV_GPU_UTIL 40\nDCGM_FI_DEV_GPU_UTIL 30\n", 1, 40},
        /* parts of a device are devices */
        {"DCGM_FI_PROF_GR_ENGINE_ACTIVE{UUID=\"GPU-a\",GPU_I_ID=\"1\"} 0.4\n"
         "DCGM_FI_PROF_GR_ENGINE_ACTIVE{UUID=\"GPU-a\",GPU_I_ID=\"2\"} 0.6\n",
         2, 60},
        /* the plain figure goes before the profiler's */
        {"DCGM_FI_PROF_GR_ENGINE_ACTIVE{UUID=\"GPU-a\"} 0.9\n"
         "DCGM_FI_DEV_GPU_UTIL{UUID=\"GPU-a\"} 40\n",
         1, 40},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct gpu_reading r;
        assert_int_equal(read_gpu(cases[i].text, &r), ERR_OK);
        if (r.count != cases[i].devices || !near(r.utilization_percent, cases[i].utilization))
            fail_msg("%s: %zu, %f", cases[i].text, r.count, r.utilization_percent);
    }
}

static void devices_and_their_texts_are_bounded(void **state)
{
    (void)state;
    struct buf text = buf_make(BUF_NO_LIMIT);
    struct gpu_reading r;
    for (size_t i = 0; i < GPU_MAX_DEVICES; i++)
        buf_printf(&text, "DCGM_FI_DEV_GPU_UTIL{gpu=\"%zu\"} 5\n", i);
    assert_int_equal(gpu_read(text.data, text.len, &arena, &r), ERR_OK);
    assert_int_equal(r.count, GPU_MAX_DEVICES);
    buf_puts(&text, "DCGM_FI_DEV_GPU_UTIL{gpu=\"more\"} 5\n");
    assert_int_equal(gpu_read(text.data, text.len, &arena, &r), ERR_TOO_LARGE);
    assert_int_equal(r.count, 0);
    buf_reset(&text);
    buf_puts(&text, "DCGM_FI_DEV_GPU_UTIL{UUID=\"");
    for (size_t i = 0; i < 1000; i++)
        buf_putc(&text, 'u');
    buf_puts(&text, "\",modelName=\"");
    for (size_t i = 0; i < 1000; i++)
        buf_putc(&text, 'n');
    buf_puts(&text, "\"} 5\n");
    assert_int_equal(gpu_read(text.data, text.len, &arena, &r), ERR_OK);
    assert_int_equal(strlen(r.devices[0].name), GPU_TEXT_BYTES - 1);
    assert_in_range(strlen(r.devices[0].id), 90, GPU_TEXT_BYTES - 1);
    struct arena small = arena_make(16);
    assert_int_equal(gpu_read(text.data, text.len, &small, &r), ERR_NO_MEMORY);
    arena_free(&small);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dcgm_devices_are_aggregated_with_the_worst_visible),
        cmocka_unit_test(nvidia_smi_ratios_become_percent),
        cmocka_unit_test(the_kv_cache_is_no_gpu_memory),
        cmocka_unit_test(absent_stays_absent),
        cmocka_unit_test(a_sum_is_over_devices_that_say_both),
        cmocka_unit_test(reserved_memory_belongs_to_the_total),
        cmocka_unit_test(one_device_is_counted_once),
        cmocka_unit_test(devices_and_their_texts_are_bounded),
    };
    return cmocka_run_group_tests_name("gpu", tests, NULL, free_arena);
}
