// What the library is built from: the exports with their stylesheet, which Vite takes out into a file of its own.
import "./styles/panel.css";

export * from "./index";
