//! A bar that fills, and a sign that turns while something is on its way. Pure text; whoever draws it chooses the role.

use std::time::Duration;

const FULL: char = '█';
const EMPTY: char = '░';

/// How long one picture of the spinner stays: slow enough to cost nothing, quick enough to look alive.
pub(crate) const SPIN: Duration = Duration::from_millis(120);

/// A bar of exactly `width` columns. Only something finished is drawn full.
pub fn bar(done: u64, total: u64, width: usize) -> String {
    let filled = if done >= total {
        width
    } else {
        let share = u128::from(done) * width as u128 / u128::from(total.max(1));
        usize::try_from(share)
            .unwrap_or(width)
            .min(width.saturating_sub(1))
    };
    (0..width)
        .map(|column| if column < filled { FULL } else { EMPTY })
        .collect()
}

/// The spinner's picture at a time.
pub fn spinner(uptime: Duration) -> char {
    const PICTURES: [char; 8] = ['⣾', '⣽', '⣻', '⢿', '⡿', '⣟', '⣯', '⣷'];
    let turn = uptime.as_millis() / SPIN.as_millis();
    let picture = usize::try_from(turn % PICTURES.len() as u128).unwrap_or_default();
    PICTURES.get(picture).copied().unwrap_or(' ')
}

/// When the spinner's next picture is due.
pub fn next_turn(uptime: Duration) -> Duration {
    let turns = uptime.as_millis() / SPIN.as_millis() + 1;
    SPIN.saturating_mul(u32::try_from(turns).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, 10, "░░░░░")]
    #[case(5, 10, "██░░░")]
    #[case(9999, 10_000, "████░")]
    #[case(10, 10, "█████")]
    #[case(0, 0, "█████")]
    #[case(u64::MAX - 1, u64::MAX, "████░")]
    fn bars(#[case] done: u64, #[case] total: u64, #[case] expected: &str) {
        assert_eq!(bar(done, total, 5), expected);
    }

    #[test]
    fn the_spinner_turns_when_it_says() {
        let now = Duration::from_millis(250);
        assert_eq!(next_turn(now), Duration::from_millis(360));
        assert_ne!(spinner(now), spinner(next_turn(now)));
    }
}
