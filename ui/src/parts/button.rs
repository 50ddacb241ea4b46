//! Buttons: with words, and with a drawing alone.

use leptos::prelude::*;

use super::icon::{Drawing, Icon};

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    #[default]
    Plain,
    /// The one act a place is for.
    Primary,
    /// Takes something away.
    Danger,
    /// No frame until the pointer is there.
    Quiet,
}

impl Look {
    fn class(self) -> &'static str {
        match self {
            Self::Plain => "button",
            Self::Primary => "button button-primary",
            Self::Danger => "button button-danger",
            Self::Quiet => "button button-quiet",
        }
    }
}

/// A button with words.
#[component]
pub fn Button(
    #[prop(optional)] look: Look,
    #[prop(into, optional)] disabled: Signal<bool>,
    #[prop(into, optional)] title: Option<String>,
    #[prop(into)] press: Callback<()>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=look.class()
            title=title
            disabled=move || disabled.get()
            on:click=move |_| press.run(())
        >
            {children()}
        </button>
    }
}

/// A button with a drawing; its name is heard and shown when the pointer rests on it.
#[component]
pub fn IconButton(
    #[prop(into)] icon: Signal<Icon>,
    #[prop(into)] name: Signal<String>,
    /// For a button that keeps something open.
    #[prop(into, optional)]
    pressed: Option<Signal<bool>>,
    #[prop(into, optional)] disabled: Signal<bool>,
    #[prop(into)] press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="icon-button"
            title=move || name.get()
            aria-label=move || name.get()
            disabled=move || disabled.get()
            aria-pressed=pressed.map(|pressed| move || pressed.get().to_string())
            on:click=move |_| press.run(())
        >
            <Drawing of=icon />
        </button>
    }
}
