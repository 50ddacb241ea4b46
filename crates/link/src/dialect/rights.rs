//! What a key may do and which methods a gateway has, as far as the gateway says. OpenClaw and Moltis name rights alike.

use wire::Scope;

use super::names::Names;

/// Whether these rights cover `needed`. Names that we do not know cover nothing.
pub(crate) fn may(granted: &[String], needed: Scope) -> bool {
    let known: Vec<Scope> = granted.iter().filter_map(|name| Scope::named(name)).collect();
    needed.is_covered_by(&known)
}

/// Whether the gateway has this method. One that lists none is taken to have all.
pub(crate) fn has(methods: &Names, method: &str) -> bool {
    let mut listed = methods.all().peekable();
    listed.peek().is_none() || listed.any(|known| known == method)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_right_that_is_unknown_here_covers_nothing() {
        let granted = ["operator.everything".to_owned(), "operator.write".to_owned()];
        assert!(may(&granted, Scope::Read));
        assert!(!may(&granted, Scope::Admin));
    }

    #[test]
    fn a_gateway_that_lists_no_methods_is_asked() {
        let listed: Names = serde_json::from_str(r#"["health"]"#).unwrap();
        assert!(has(&Names::default(), "chat.send"));
        assert!(has(&listed, "health") && !has(&listed, "chat.send"));
    }
}
