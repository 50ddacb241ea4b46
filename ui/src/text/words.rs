//! Counts, sizes, vendors and addresses in words.

use contract::node::{Node, Vendor};

/// "1 agent", "3 agents".
pub fn count(n: u64, one: &str, many: &str) -> String {
    match n {
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    }
}

/// "1 event/s", "18 events/s".
pub fn rate(events_per_second: f64) -> String {
    match format!("{events_per_second:.0}").as_str() {
        "1" => "1 event/s".to_owned(),
        n => format!("{n} events/s"),
    }
}

/// "291 MiB", "1.2 GiB".
pub fn bytes(n: u64) -> String {
    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;
    match n {
        n if n < GIB => format!("{} MiB", n / MIB),
        n => format!("{}.{} GiB", n / GIB, n % GIB * 10 / GIB),
    }
}

/// "under 0.1 ms", "0.4 ms" under ten, "24 ms" above.
pub fn latency(ms: f64) -> String {
    match ms {
        ms if ms < 0.1 => "under 0.1 ms".to_owned(),
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms => format!("{ms:.0} ms"),
    }
}

/// The vendor's name.
pub fn vendor(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Auto => "not known yet",
        Vendor::Pilothouse => "Pilothouse",
        Vendor::Moltis => "Moltis",
        Vendor::Openclaw => "OpenClaw",
        Vendor::McpDashboard => "mcp-cli",
    }
}

/// What the node says it is; until then, the vendor the person chose.
pub fn product(node: &Node) -> String {
    node.product.clone().unwrap_or_else(|| vendor(node.vendor).to_owned())
}

/// A model's name without its provider, its maker and its date: "anthropic/claude-opus-4-20250514" is "claude-opus-4".
pub fn model(name: &str) -> String {
    let name = name.rsplit("::").next().unwrap_or(name);
    let name = name.rsplit('/').next().unwrap_or(name);
    let dated = name.rsplit_once('-').filter(|(_, last)| last.len() == 8 && last.chars().all(|c| c.is_ascii_digit()));
    dated.map_or(name, |(name, _)| name).to_owned()
}

/// A name for a node at that address: its host's first part; "this machine" has a name of its own.
pub fn name_from(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let host = match rest.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => rest.split(['/', ':', '?', '#']).next().unwrap_or_default(),
    };
    let numbers = host.contains(':') || (!host.is_empty() && host.chars().all(|c| c.is_ascii_digit() || c == '.'));
    match host.trim() {
        "localhost" | "127.0.0.1" | "::1" => "this-machine".to_owned(),
        host if numbers => host.to_owned(),
        host => host.split('.').next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_a_second_is_one() {
        assert_eq!([0.4, 1.2, 18.0].map(rate), ["0 events/s", "1 event/s", "18 events/s"]);
    }

    #[test]
    fn no_way_takes_no_time() {
        assert_eq!([0.02, 0.1, 7.26, 24.4].map(latency), ["under 0.1 ms", "0.1 ms", "7.3 ms", "24 ms"]);
    }

    #[test]
    fn a_name_is_suggested_from_what_stands_in_the_address() {
        for (address, name) in [
            ("wss://homelab.lan:8765", "homelab"),
            ("homelab", "homelab"),
            ("https://ops@prod-1.example.com/ws", "prod-1"),
            ("ws://127.0.0.1:18789", "this-machine"),
            ("192.168.1.20:8765", "192.168.1.20"),
            ("wss://[fe80::1]:443", "fe80::1"),
            ("", ""),
        ] {
            assert_eq!(name_from(address), name, "{address}");
        }
    }

    #[test]
    fn a_model_is_called_by_its_own_name() {
        assert_eq!(model("anthropic/claude-opus-4-20250514"), "claude-opus-4");
        assert_eq!(model("openrouter::qwen/qwen3"), "qwen3");
        assert_eq!(model("ollama::llama3:8b"), "llama3:8b");
        assert_eq!(model("gpt-5"), "gpt-5");
    }

    #[test]
    fn memory_is_said_in_the_unit_that_fits() {
        assert_eq!(bytes(305_000_000), "290 MiB");
        assert_eq!(bytes(1_300_000_000), "1.2 GiB");
    }
}
