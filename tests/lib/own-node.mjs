// What the exporters of an operator's own node say, and 0G's prober.

/** @param {{load: number, usedMiB: number, freeMiB: number}[]} cards */
export function dcgm(cards) {
    return cards
        .map(({ load, usedMiB, freeMiB }, i) => {
            const labels = `gpu="${i}",UUID="GPU-${i}",modelName="NVIDIA A100",Hostname="gpu-1"`;
            return (
                `DCGM_FI_DEV_GPU_UTIL{${labels}} ${load}\n` +
                `DCGM_FI_DEV_FB_USED{${labels}} ${usedMiB}\nDCGM_FI_DEV_FB_FREE{${labels}} ${freeMiB}\n`
            );
        })
        .join('');
}

export const NVIDIA_SMI =
    'nvidia_smi_gpu_info{uuid="a",name="NVIDIA RTX 4090"} 1\n' +
    'nvidia_smi_utilization_gpu_ratio{uuid="a"} 0.25\n' +
    'nvidia_smi_memory_used_bytes{uuid="a"} 6e+09\n' +
    'nvidia_smi_memory_total_bytes{uuid="a"} 2.4e+10\n';

export const VLLM =
    'vllm:num_requests_running{model_name="m"} 3.0\n' +
    'vllm:num_requests_waiting{model_name="m"} 1.0\n' +
    'vllm:kv_cache_usage_perc{model_name="m"} 0.91\n';

/** @param {object[]} services */
export function healthReport(services) {
    return JSON.stringify({ status: 'healthy', timestamp: new Date().toISOString(), isMonitoring: true, services });
}
