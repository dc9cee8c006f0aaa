// What other dashboards import.
export { InferenceMetrics, type InferenceMetricsProps } from "./components/panels/InferenceMetrics";
export { useInferenceMetrics, type PollingOptions } from "./hooks/useInferenceMetrics";
export type { Snapshot } from "./lib/snapshot";
export type {
  Agent,
  ComputeMetrics,
  ConnectionState,
  INFTStatus,
  InferenceJob,
  Ledger,
  Metrics,
  Network,
  OwnProvider,
  Service,
  Source,
  Sources,
  StorageMetrics,
  Theme,
} from "./lib/model";
