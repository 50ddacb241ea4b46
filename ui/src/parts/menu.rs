//! A button that opens a short list of acts. It floats above everything, closes with Esc and
//! with a press elsewhere, and is walked with the arrow keys.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, KeyboardEvent};

use super::walk::walk;

/// One act.
#[derive(Clone)]
pub struct Item {
    pub label: String,
    /// Said beside it, fainter.
    pub aside: String,
    pub tone: Tone,
    pub act: Callback<()>,
}

/// How an act sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    /// The one in force now.
    Chosen,
    /// Takes something away.
    Danger,
}

impl Item {
    /// An act with nothing beside it.
    pub fn new(label: impl Into<String>, act: impl Fn() + Send + Sync + 'static) -> Self {
        Self { label: label.into(), aside: String::new(), tone: Tone::Plain, act: Callback::new(move |()| act()) }
    }

    pub fn aside(self, aside: impl Into<String>) -> Self {
        Self { aside: aside.into(), ..self }
    }

    pub fn tone(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }
}

/// The button and, while it is open, the list. `items` is asked when it opens.
#[component]
pub fn Menu(
    /// The button's name. Where the button shows words, they stand in it.
    #[prop(into)]
    name: Signal<String>,
    /// The button's class.
    class: &'static str,
    items: impl Fn() -> Vec<Item> + Send + Sync + 'static,
    /// What the button shows.
    children: Children,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let was_open = StoredValue::new(false);
    let button = NodeRef::<html::Button>::new();
    let items = StoredValue::new(items);
    view! {
        <button
            type="button"
            class=class
            node_ref=button
            title=move || name.get()
            aria-label=move || name.get()
            aria-haspopup="menu"
            aria-expanded=move || open.get().to_string()
            // A press outside closes the list before it becomes a click here.
            on:pointerdown=move |_| was_open.set_value(open.get_untracked())
            on:click=move |_| {
                let again = was_open.try_update_value(std::mem::take).unwrap_or_default();
                open.set(!again);
            }
        >
            {children()}
        </button>
        <Show when=move || open.get()>
            <List items=items.with_value(|items| items()) button open />
        </Show>
    }
}

#[component]
fn List(items: Vec<Item>, button: NodeRef<html::Button>, open: RwSignal<bool>) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let (Some(list), Some(button)) = (list.get(), button.get_untracked()) {
            float(&list, &button);
        }
    });
    let close = move || {
        _ = open.try_set(false);
        if let Some(button) = button.try_get_untracked().flatten() {
            let _unfocused = button.focus();
        }
    };
    let toggled = move |_: web_sys::Event| {
        let closed = list.get_untracked().is_some_and(|list| !matches(&list, ":popover-open"));
        if closed {
            _ = open.try_set(false);
        }
    };
    let keyed = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" | "Tab" => {
            event.prevent_default();
            event.stop_propagation();
            close();
        }
        key @ ("ArrowDown" | "ArrowUp" | "Home" | "End") => {
            event.prevent_default();
            if let Some(list) = list.get_untracked() {
                go(&list, key);
            }
        }
        _ => (),
    };
    view! {
        <div class="menu" role="menu" popover="auto" node_ref=list on:toggle=toggled on:keydown=keyed>
            {items.into_iter().map(|item| line(item, close)).collect_view()}
        </div>
    }
}

fn line(item: Item, close: impl Fn() + 'static) -> impl IntoView {
    let class = match item.tone {
        Tone::Plain => "menu-item",
        Tone::Chosen => "menu-item menu-chosen",
        Tone::Danger => "menu-item menu-danger",
    };
    let press = move |_| {
        close();
        item.act.run(());
    };
    view! {
        <button type="button" role="menuitem" tabindex="-1" class=class on:click=press>
            <span class="cut">{item.label}</span>
            <span class="menu-aside">{item.aside}</span>
        </button>
    }
}

/// Shows the list under its button, or above where there is no room, never outside the window.
fn float(list: &HtmlElement, button: &HtmlElement) {
    let show = js_sys::Reflect::get(list, &JsValue::from_str("showPopover"));
    if let Some(show) = show.ok().and_then(|show| show.dyn_into::<js_sys::Function>().ok()) {
        let _already_shown = show.call0(list);
    }
    let (at, size) = (button.get_bounding_client_rect(), list.get_bounding_client_rect());
    let root = document().document_element();
    let (width, height) =
        root.map_or((0.0, 0.0), |root| (f64::from(root.client_width()), f64::from(root.client_height())));
    let left = (at.right() - size.width()).max(at.left().min(width - size.width() - 8.0)).max(8.0);
    let below = at.bottom() + 4.0;
    let top = if below + size.height() > height - 8.0 { (at.top() - size.height() - 4.0).max(8.0) } else { below };
    for (property, value) in [("left", left), ("top", top)] {
        let _unset = HtmlElement::style(list).set_property(property, &format!("{value}px"));
    }
    go(list, "Home");
}

fn go(list: &HtmlElement, key: &str) {
    walk(list, "[role=menuitem]", |at, last| match (key, at) {
        ("End", _) | ("ArrowUp", Some(0)) => last,
        ("ArrowDown", Some(at)) if at < last => at + 1,
        ("ArrowUp", Some(at)) => at - 1,
        _ => 0,
    });
}

fn matches(element: &HtmlElement, selector: &str) -> bool {
    element.matches(selector).unwrap_or_default()
}
