//! Lets Tauri read `tauri.conf.json` at the top of the tree and check the capabilities that stand in it.

fn main() {
    tauri_build::build();
}
