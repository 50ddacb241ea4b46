//! Looking at sessions: who shows one, and when it was seen.

use super::Shown;
use super::changes::Changes;
use super::rows::Sheet;
use crate::truth::Truth;

/// A person looked at it: nothing in it is unread.
pub(super) fn seen(truth: &mut Truth, key: &str, changes: &mut Changes) {
    if let Some(session) = truth.sessions.get_mut(key) {
        changes.node |= session.unread || session.failed;
        (session.unread, session.failed) = (false, false);
    }
}

/// A window shows it, or none does any more. What nobody shows is not kept up to its length, so the next one to show
/// it reads the history again.
pub(super) fn watched(truth: &mut Truth, key: &str, shown: Shown, changes: &mut Changes) {
    let now = truth.session(key).map_or(0, |session| session.touched);
    match shown {
        Shown::Yes => {
            let sheet = Sheet::open(truth, key, None, now, changes);
            sheet.session.watched = true;
            seen(truth, key, changes);
        }
        Shown::No => {
            if let Some(session) = truth.sessions.get_mut(key) {
                session.watched = false;
                if let Some(rows) = &mut session.transcript {
                    rows.loaded = false;
                    rows.loading = false;
                }
                if !session.listed && session.is_blank() {
                    truth.sessions.remove(key);
                    changes.node = true;
                }
            }
        }
    }
}
