//! A link that was pressed: where it really leads, before anything is opened. The window itself
//! opens no address.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::core;
use crate::parts::button::{Button, Look};
use crate::parts::dialog::{Beside, Dialog};
use crate::parts::machine::Machine;
use crate::state::State;

/// The dialog. A mail address is only shown: what a mail program does with the rest of it is not known.
#[component]
pub fn LinkDialog(address: String) -> impl IntoView {
    let State { frame, toasts, .. } = State::here();
    let mail = address.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    let shown = address.clone();
    let open = Callback::new(move |()| {
        let address = address.clone();
        frame.close();
        spawn_local(async move {
            if let Err(fault) = core::browse(&address).await {
                toasts.fault(&fault);
            }
        });
    });
    view! {
        <Dialog title="Where this link leads" beside=Beside::Closes class="form" close=move |()| frame.close()>
            <div class="form-body"><Machine text=shown name="Copy the address" /></div>
            <footer class="form-foot">
                <span class="grow"></span>
                {(!mail).then(|| view! { <Button look=Look::Primary press=open>"Open in the browser"</Button> })}
            </footer>
        </Dialog>
    }
}
