// The names the admin page speaks in. Shapes come from the API description; nothing is retyped by hand.
import type { components } from "../types";

type Schemas = components["schemas"];

export type Plan = Schemas["BenchmarkPlan"];
export type Preflight = Schemas["Preflight"];
export type PreflightProblem = Preflight["problems"][number];
export type Offer = Schemas["BenchmarkOffer"];
export type Started = Schemas["BenchmarkStarted"];
export type Run = Schemas["BenchmarkRun"];
export type Call = Schemas["BenchmarkCall"];
export type Problem = Schemas["Problem"];
