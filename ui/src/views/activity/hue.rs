//! The hue of an agent in the stream: its own, the same in every window and on every day.

/// How many hues there are.
pub const HUES: u32 = 8;

/// The hue of an agent of a node, 1 to [`HUES`].
pub fn hue(node: &str, agent: &str) -> u32 {
    // FNV-1a: small, and the same on every machine.
    let bytes = node.bytes().chain([0]).chain(agent.bytes());
    let sum = bytes.fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (sum ^ (sum >> 15)) % HUES + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_keeps_its_hue_and_namesakes_on_two_nodes_are_two() {
        assert_eq!(hue("local", "main"), hue("local", "main"));
        assert_ne!((hue("ab", "c"), hue("prod", "main")), (hue("a", "bc"), hue("local", "main")));
    }

    #[test]
    fn agents_spread_over_all_hues() {
        let mut used: Vec<u32> = (0..64).map(|agent| hue("node", &format!("agent-{agent}"))).collect();
        used.sort_unstable();
        used.dedup();
        assert_eq!(used, (1..=HUES).collect::<Vec<_>>());
    }
}
