//! Notes in the corner: what happened, and for a while the way back.

use std::time::Duration;

use contract::Fault;
use leptos::prelude::*;

/// How long a note stays; one that offers a way back stays longer.
const STAYS: Duration = Duration::from_secs(6);
const STAYS_WITH_UNDO: Duration = Duration::from_secs(10);
/// More than this at once is noise: the oldest makes room.
const AT_ONCE: usize = 4;

/// A note.
#[derive(Clone)]
pub struct Toast {
    pub id: u32,
    pub text: String,
    pub tone: Tone,
    pub undo: Option<Callback<()>>,
}

/// How a note sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Note,
    Fault,
}

/// The notes there are.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    pub fn new() -> Self {
        Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }

    /// The notes, oldest first.
    pub fn all(self) -> Vec<Toast> {
        self.shown.get()
    }

    /// Says something.
    pub fn note(self, text: impl Into<String>) {
        self.push(text.into(), Tone::Note, None);
    }

    /// Says what went wrong.
    pub fn fault(self, fault: &Fault) {
        self.push(fault.message.clone(), Tone::Fault, None);
    }

    /// Says what was done and offers to undo it.
    pub fn undoable(self, text: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
        self.push(text.into(), Tone::Note, Some(Callback::new(move |()| undo())));
    }

    /// Takes one away.
    pub fn dismiss(self, id: u32) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.id != id));
    }

    /// Undoes the newest that can be undone; answers whether there was one.
    pub fn undo_last(self) -> bool {
        let last = self.shown.with_untracked(|shown| shown.iter().rev().find(|toast| toast.undo.is_some()).cloned());
        match last {
            Some(toast) => {
                self.undo(&toast);
                true
            }
            None => false,
        }
    }

    /// Goes the way back that a note offers.
    pub fn undo(self, toast: &Toast) {
        self.dismiss(toast.id);
        if let Some(undo) = toast.undo {
            undo.run(());
        }
    }

    fn push(self, text: String, tone: Tone, undo: Option<Callback<()>>) {
        let id = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        let id = id.unwrap_or_default();
        let stays = if undo.is_some() { STAYS_WITH_UNDO } else { STAYS };
        self.shown.update(|shown| {
            shown.retain(|toast| toast.text != text);
            shown.push(Toast { id, text, tone, undo });
            let over = shown.len().saturating_sub(AT_ONCE);
            shown.drain(..over);
        });
        set_timeout(move || self.dismiss(id), stays);
    }
}
