//! Whether an element is in the view or about to be: what is far away need not stand in the
//! page. An element that goes keeps its height, so that nothing moves.

use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// Drawn this far beyond the view.
const BEYOND: &str = "300px 0px";

struct Watch {
    observer: IntersectionObserver,
    _callback: Closure<dyn FnMut(js_sys::Array)>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Whether `element` is near the view; false until that is known.
pub fn near<E>(element: NodeRef<E>) -> Signal<bool>
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + 'static,
{
    let near = RwSignal::new(false);
    let watch = StoredValue::new_local(None::<Watch>);
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let element: web_sys::HtmlElement = element.unchecked_into();
        watch.set_value(observe(&element, near));
    });
    near.into()
}

fn observe(element: &web_sys::HtmlElement, near: RwSignal<bool>) -> Option<Watch> {
    let itself = element.clone();
    let callback = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
        let last = entries.iter().last().map(|entry| entry.unchecked_into::<IntersectionObserverEntry>());
        let Some(is_near) = last.map(|entry| entry.is_intersecting()) else {
            return;
        };
        hold_height(&itself, is_near);
        near.try_set(is_near);
    });
    let options = IntersectionObserverInit::new();
    options.set_root_margin(BEYOND);
    let observer = IntersectionObserver::new_with_options(callback.as_ref().unchecked_ref(), &options).ok()?;
    observer.observe(element);
    Some(Watch { observer, _callback: callback })
}

fn hold_height(element: &web_sys::HtmlElement, is_near: bool) {
    let style = web_sys::HtmlElement::style(element);
    let _unset = match is_near {
        true => style.remove_property("min-height").map(|_| ()),
        false => style.set_property("min-height", &format!("{}px", element.offset_height())),
    };
}
