// Loads the window. The theme is put on before the first paint: the core keeps it, this is its last known value.
import init from "./ui.js";

const root = document.documentElement;
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
} catch {
  // No storage: the system's theme until the core has spoken.
}
document.getElementById("reload").addEventListener("click", () => location.reload());
init({ module_or_path: new URL("ui_bg.wasm", import.meta.url) }).catch((error) => {
  console.error(error);
  root.dataset.stopped = "";
});
