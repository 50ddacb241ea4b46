//! What is being typed to each session, so that it is there again when the person comes back.

use std::collections::HashMap;

use contract::transcript::SessionRef;
use leptos::prelude::*;

/// The drafts of this window.
#[derive(Clone, Copy)]
pub struct Drafts {
    all: StoredValue<HashMap<SessionRef, ArcRwSignal<String>>>,
}

impl Drafts {
    pub fn new() -> Self {
        Self { all: StoredValue::new(HashMap::new()) }
    }

    /// What is being typed to a session; two panes on one session share it.
    pub fn of(self, of: &SessionRef) -> ArcRwSignal<String> {
        let known = self.all.try_update_value(|all| match all.get(of) {
            Some(known) => known.clone(),
            None => all.entry(of.clone()).or_default().clone(),
        });
        known.unwrap_or_default()
    }
}
