// The names the panel speaks in. Shapes come from the API description; nothing is retyped by hand.
import type { components } from "../types";

type Schemas = components["schemas"];

export type ComputeMetrics = Schemas["Compute"];
export type Gpu = Schemas["Gpu"];
export type StorageMetrics = Schemas["Storage"];
export type Scan = Schemas["StorageScan"];
export type Ledger = Schemas["Ledger"];
export type LedgerAccount = Schemas["LedgerAccount"];
export type OwnProvider = Schemas["Provider"];
export type ProviderWindow = Schemas["ProviderWindow"];
export type INFTStatus = Schemas["Inft"];
export type Service = Schemas["Service"];
export type ServiceHealth = Schemas["ServiceHealth"];
export type ServiceProbe = Schemas["ServiceProbe"];
export type Source = Schemas["Source"];
export type Sources = Schemas["Sources"];
export type SourceName = keyof Sources;
export type Network = Schemas["Network"];
export type Agent = Schemas["Agent"];
export type Metrics = Schemas["Metrics"];
export type History = Schemas["History"];
export type Figure = keyof History["series"];

export type InferenceJob = Schemas["Job"];
export type RecentJobs = Schemas["RecentJobs"];

export type ConnectionState = "connecting" | "connected" | "disconnected" | "error";
export type Theme = "dark" | "light" | "auto";
