//! A choice of a few, all in sight.

use leptos::prelude::*;

/// One of `options`; the arrow keys change it like any group of radio buttons.
#[component]
pub fn Segmented<T>(
    /// What is chosen, for those who hear it.
    name: &'static str,
    options: Vec<(T, &'static str)>,
    #[prop(into)] chosen: Signal<T>,
    #[prop(into)] choose: Callback<T>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let option = move |(value, label): (T, &'static str)| {
        let (this, set) = (value.clone(), value);
        let on = Memo::new(move |_| chosen.with(|chosen| *chosen == this));
        view! {
            <label class="segmented-one" class=("segmented-on", on)>
                <input class="heard" type="radio" name=name prop:checked=on on:change=move |_| choose.run(set.clone()) />
                {label}
            </label>
        }
    };
    view! {
        <div class="segmented" role="radiogroup" aria-label=name>
            {options.into_iter().map(option).collect_view()}
        </div>
    }
}
