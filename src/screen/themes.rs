//! The themes that come with the program, and those of a person's own.

use std::fs;
use tui_kit::theme::Theme;

/// By name; the first is the default.
const THEMES: [(&str, &str); 4] = [
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    (
        "high-contrast",
        include_str!("../../assets/themes/high-contrast.toml"),
    ),
    (
        "terminal",
        include_str!("../../assets/themes/terminal.toml"),
    ),
];

/// A theme by its name, or the file at a path; or why there is none.
pub fn load(name: &str) -> Result<Theme, String> {
    // What was written before there were several.
    let name = if name == "default" { "dark" } else { name };
    let built_in = THEMES.iter().find(|(known, _)| *known == name);
    let text = match built_in {
        Some((_, text)) => (*text).to_owned(),
        None if name.contains(['/', '\\', '.']) => fs::read_to_string(name)
            .map_err(|error| format!("the theme file {name} cannot be read: {error}"))?,
        None => return Err(format!("there is no theme {name:?}")),
    };
    Theme::parse(&text).map_err(|error| format!("the theme {name} cannot be used: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::{Color, Style};
    use rstest::rstest;
    use tui_kit::theme::Role;

    #[test]
    fn every_theme_of_the_program_can_be_used_and_another_one_says_why_not() {
        for (name, _) in THEMES {
            assert!(load(name).is_ok(), "{name}");
        }
        assert_eq!(load("solar").unwrap_err(), "there is no theme \"solar\"");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        fs::write(&path, "good = \"#00ff00 on 234\"").unwrap();
        let own = load(path.to_str().unwrap()).unwrap();
        assert_eq!(own.style(Role::Good).fg, Some(Color::Rgb(0, 255, 0)));
        fs::write(&path, "good = \"greenish\"").unwrap();
        let error = load(path.to_str().unwrap()).unwrap_err();
        assert!(
            error.contains("\"greenish\" is neither a colour"),
            "{error}"
        );
    }

    /// Red, green and blue of one of the 240 fixed colours, and of black and white.
    fn rgb(colour: Color) -> [f64; 3] {
        let Color::Indexed(index @ 16..) = colour else {
            panic!("{colour:?} looks different in every terminal");
        };
        if index >= 232 {
            return [f64::from(8 + (index - 232) * 10); 3];
        }
        let levels = [0.0, 95.0, 135.0, 175.0, 215.0, 255.0];
        let index = usize::from(index - 16);
        [levels[index / 36], levels[index / 6 % 6], levels[index % 6]]
    }

    /// As the web's guidelines (WCAG 2) define it.
    fn contrast(style: Style, ground: Color) -> f64 {
        let luminance = |colour| {
            let linear = |value: f64| {
                let value = value / 255.0;
                if value <= 0.03928 {
                    value / 12.92
                } else {
                    ((value + 0.055) / 1.055).powf(2.4)
                }
            };
            let [red, green, blue] = rgb(colour).map(linear);
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let (text, ground) = (
            luminance(style.fg.unwrap()),
            luminance(style.bg.unwrap_or(ground)),
        );
        (text.max(ground) + 0.05) / (text.min(ground) + 0.05)
    }

    #[rstest]
    #[case("dark", 4.5)]
    #[case("light", 4.5)]
    #[case("high-contrast", 7.0)]
    fn every_role_can_be_read(#[case] name: &str, #[case] least: f64) {
        let theme = load(name).unwrap();
        let ground = theme.ground().bg.unwrap();
        for role in Role::ALL {
            let style = theme.style(role);
            assert!(
                contrast(style, ground) >= least,
                "{name}, {role:?}: {:.2}",
                contrast(style, ground)
            );
        }
    }
}
