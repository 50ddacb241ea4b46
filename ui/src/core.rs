//! The door to the core: typed calls out, batches in. The only file that knows Tauri.
//!
//! Both ways the payload is JSON text read by serde, so that the window and the core share
//! one idea of every shape.

use contract::{Batch, Call, Code, Fault, Request};
use js_sys::{Function, JSON, Object, Promise, Reflect};
use leptos::prelude::window;
use serde::de::DeserializeOwned;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Asks the core and waits for its answer.
///
/// # Errors
/// The core's own fault; [`Code::Other`] when there is no core or its answer is not readable.
pub async fn call<C: Call>(args: C) -> Result<C::Reply, Fault> {
    let args = serde_json::to_value(args).map_err(|error| misfit(&error))?;
    // Which window asks is the shell's to say.
    let request = Request { window: String::new(), call: C::NAME.to_owned(), args };
    let text = serde_json::to_string(&request).map_err(|error| misfit(&error))?;
    let carried = Object::new();
    put(&carried, "request", &JSON::parse(&text).map_err(|_| no_core())?)?;
    match invoke("call", &carried).await {
        Ok(reply) => read(&reply),
        Err(refusal) => Err(fault_of(&refusal)),
    }
}

/// Opens this window's channel. `on_batch` gets every batch in order, for as long as the window lives.
///
/// # Errors
/// When there is no core, or it refuses the channel.
pub async fn attach(on_batch: impl Fn(Result<Batch, Fault>) + 'static) -> Result<(), Fault> {
    let class: Function = door()
        .and_then(|door| Reflect::get(&door, &"Channel".into()).ok())
        .and_then(|class| class.dyn_into().ok())
        .ok_or_else(no_core)?;
    // The class, not a raw callback: it alone puts back in order what Tauri delivers out of order.
    let channel = Reflect::construct(&class, &js_sys::Array::new()).map_err(|_| no_core())?;
    let deliver = Closure::<dyn Fn(JsValue)>::new(move |message: JsValue| on_batch(batch(&message)));
    Reflect::set(&channel, &"onmessage".into(), deliver.as_ref()).map_err(|_| no_core())?;
    // It lives as long as the window; a reload frees it with everything else.
    deliver.forget();
    let carried = Object::new();
    put(&carried, "channel", &channel)?;
    invoke("attach", &carried).await.map(|_| ()).map_err(|refusal| fault_of(&refusal))
}

/// Opens an address of the web in the system's browser.
///
/// # Errors
/// The shell's own fault.
pub async fn browse(address: &str) -> Result<(), Fault> {
    let carried = Object::new();
    put(&carried, "address", &address.into())?;
    invoke("browse", &carried).await.map(|_| ()).map_err(|refusal| fault_of(&refusal))
}

/// Tells the shell, for its log, that what the house told is on the screen. Where there is none, nobody hears it.
pub async fn painted() {
    let _unheard = invoke("painted", &Object::new()).await;
}

/// Says that the program itself failed: in the console, and on the page, which can no longer do it alone.
pub fn stopped(what: &str) {
    web_sys::console::error_1(&what.into());
    if let Some(root) = window().document().and_then(|document| document.document_element()) {
        let _unshown = root.set_attribute("data-stopped", "");
    }
}

async fn invoke(command: &str, carried: &Object) -> Result<JsValue, JsValue> {
    let door = door().ok_or(JsValue::NULL)?;
    let invoke: Function = Reflect::get(&door, &"invoke".into())?.dyn_into()?;
    let promise: Promise = invoke.call2(&door, &command.into(), carried)?.dyn_into()?;
    JsFuture::from(promise).await
}

fn door() -> Option<JsValue> {
    let tauri = Reflect::get(&window(), &"__TAURI__".into()).ok().filter(JsValue::is_object)?;
    Reflect::get(&tauri, &"core".into()).ok().filter(JsValue::is_object)
}

/// A batch comes as JSON text.
fn batch(message: &JsValue) -> Result<Batch, Fault> {
    serde_json::from_str(&message.as_string().unwrap_or_default()).map_err(|error| misfit(&error))
}

fn read<T: DeserializeOwned>(value: &JsValue) -> Result<T, Fault> {
    let text = match value.is_undefined() {
        // A call that answers nothing resolves to undefined, which JSON calls null.
        true => "null".to_owned(),
        false => JSON::stringify(value).map(String::from).map_err(|_| no_core())?,
    };
    serde_json::from_str(&text).map_err(|error| misfit(&error))
}

fn fault_of(refusal: &JsValue) -> Fault {
    if refusal.is_null() {
        return no_core();
    }
    read(refusal).unwrap_or_else(|_| {
        let said = refusal.as_string().unwrap_or_else(|| format!("{refusal:?}"));
        Fault::new(Code::Other, format!("The core did not answer: {said}. Close and reopen the window."))
    })
}

fn put(object: &Object, name: &str, value: &JsValue) -> Result<(), Fault> {
    Reflect::set(object, &name.into(), value).map(|_| ()).map_err(|_| no_core())
}

fn misfit(error: &serde_json::Error) -> Fault {
    Fault::new(
        Code::Other,
        format!("The window and the core do not fit together ({error}). Close and reopen the window."),
    )
}

fn no_core() -> Fault {
    Fault::new(Code::Other, "The window cannot reach its core. Close and reopen it.")
}
