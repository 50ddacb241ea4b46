//! A field with its label, a hint under it, and in the hint's place what is wrong.

use leptos::html;
use leptos::prelude::*;

/// What is typed into it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Words,
    /// An address, set in mono, never corrected.
    Address,
    /// A key: never shown, never kept by the web view.
    Key,
}

/// A field.
#[component]
pub fn Field(
    #[prop(into)] label: String,
    /// Unique in the page: ties label, hint and fault to the field.
    id: &'static str,
    value: RwSignal<String>,
    #[prop(optional)] kind: Kind,
    #[prop(into, optional)] placeholder: String,
    #[prop(into, optional)] hint: Signal<String>,
    #[prop(into, optional)] fault: Signal<Option<String>>,
    /// The person typed, as opposed to a value set by the program.
    #[prop(into, optional)]
    typed: Option<Callback<()>>,
    #[prop(optional)] element: NodeRef<html::Input>,
) -> impl IntoView {
    let wrong = move || fault.with(Option::is_some);
    let below = move || fault.get().unwrap_or_else(|| hint.get());
    let note = format!("{id}-note");
    view! {
        <div class="field" class=("field-wrong", wrong)>
            <label class="field-label" for=id>{label}</label>
            <input
                id=id
                class="field-input words"
                class=("mono", kind != Kind::Words)
                type=if kind == Kind::Key { "password" } else { "text" }
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder=placeholder
                aria-invalid=move || wrong().to_string()
                aria-describedby=note.clone()
                node_ref=element
                prop:value=move || value.get()
                on:input=move |event| {
                    value.set(event_target_value(&event));
                    if let Some(typed) = typed {
                        typed.run(());
                    }
                }
            />
            <p class="field-note words" id=note>{below}</p>
        </div>
    }
}
