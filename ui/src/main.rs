//! The pixels: the window as Leptos draws it, compiled to WASM.
//!
//! What is absent: no truth of its own (the core tells, `state` holds it), no socket, no
//! knowledge of Tauri outside `core`. Reading order: `core` (the door), `state` (what is
//! true and where one is), `acts` (what a person does), `parts`, `views`.

mod acts;
mod core;
mod parts;
mod state;
mod text;
mod views;

fn main() {
    std::panic::set_hook(Box::new(|panic| core::stopped(&panic.to_string())));
    leptos::mount::mount_to_body(views::frame::Frame);
}
