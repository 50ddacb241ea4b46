//! The one converter from inner errors to what the window gets: a code it can act on and a sentence. The chain goes
//! to the log.

use contract::{Code, Fault};
use link::call::CallError;
use link::sentence;
use store::StoreError;

use crate::gate;

/// A refusal of the database.
pub fn of_store(error: &StoreError) -> Fault {
    log(error);
    Fault::new(Code::Other, sentence(&error.to_string()))
}

/// A call to a node that has no answer; `node` is the name the person knows.
pub fn of_call(node: &str, error: &CallError) -> Fault {
    log(error);
    let code = match error {
        CallError::NotConnected => Code::NotConnected,
        CallError::TimedOut { .. } | CallError::Lost => Code::Unknown,
        CallError::Refused { code, .. } if is_settled(code) => Code::Settled,
        CallError::Refused { code, .. } if code == gate::LOCKED => Code::Locked,
        CallError::Refused { .. }
        | CallError::Busy { .. }
        | CallError::Unsupported { .. }
        | CallError::Unreadable(_) => Code::Other,
    };
    Fault::new(code, format!("{node}: {}", sentence(&error.to_string())))
}

/// Whether a vendor's code says that an approval is over.
pub fn is_settled(code: &str) -> bool {
    let code = code.to_ascii_uppercase();
    ["ALREADY_RESOLVED", "APPROVAL_NOT_FOUND", "APPROVAL_EXPIRED", "UNKNOWN_APPROVAL"]
        .iter()
        .any(|known| code.contains(known))
}

fn log(error: &dyn std::error::Error) {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::warn!(error = chain, "a call failed");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_becomes_a_sentence_with_the_code_the_window_acts_on() {
        let gone = of_call("homelab", &CallError::NotConnected);
        assert_eq!(gone.code, Code::NotConnected);
        assert_eq!(gone.message, "homelab: The node is not connected; it will be tried again by itself.");
        assert_eq!(of_call("a", &CallError::Lost).code, Code::Unknown);
        assert_eq!(of_call("a", &CallError::TimedOut { seconds: 30 }).code, Code::Unknown);
        let refused = |code: &str| CallError::refused(code, "no");
        assert_eq!(of_call("a", &refused("APPROVAL_ALREADY_RESOLVED")).code, Code::Settled);
        assert_eq!(of_call("a", &refused("INVALID_REQUEST")).code, Code::Other);
    }
}
