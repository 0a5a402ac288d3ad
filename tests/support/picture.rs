//! A terminal's screen as an SVG picture that looks the same whatever fonts a reader has. Knows no program.

#![expect(
    clippy::indexing_slicing,
    reason = "indexes are counted from what is indexed"
)]

use std::fmt::Write as _;

const BASE: [&str; 16] = [
    "#1d1f21", "#cc6666", "#b5bd68", "#f0c674", "#81a2be", "#b294bb", "#8abeb7", "#c5c8c6",
    "#666a70", "#d54e53", "#b9ca4a", "#e7c547", "#7aa6da", "#c397d8", "#70c0b1", "#eaeaea",
];
const FRONT: &str = BASE[7];
const BACK: &str = BASE[0];

/// A cell of the picture, its margin, and where letters stand in a cell.
const WIDE: f64 = 8.43;
const HIGH: f64 = 18.0;
const MARGIN: f64 = 10.0;
const BASE_LINE: f64 = 13.5;

fn color(color: vt100::Color, usual: &str) -> String {
    match color {
        vt100::Color::Default => usual.to_owned(),
        vt100::Color::Idx(index @ 0..16) => BASE[usize::from(index)].to_owned(),
        vt100::Color::Idx(index @ 16..232) => {
            let level = |value: u8| if value == 0 { 0 } else { 55 + 40 * value };
            let index = index - 16;
            format!(
                "#{:02x}{:02x}{:02x}",
                level(index / 36),
                level(index / 6 % 6),
                level(index % 6)
            )
        }
        vt100::Color::Idx(index) => format!("#{0:02x}{0:02x}{0:02x}", 8 + (index - 232) * 10),
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

/// How a cell looks, apart from its letter.
#[derive(Clone, PartialEq)]
struct Poll {
    front: String,
    back: String,
    is_bold: bool,
    is_dim: bool,
    is_underlined: bool,
}

impl Poll {
    fn of(cell: &vt100::Cell) -> Self {
        let (front, back) = (color(cell.fgcolor(), FRONT), color(cell.bgcolor(), BACK));
        let (front, back) = if cell.inverse() {
            (back, front)
        } else {
            (front, back)
        };
        Self {
            front,
            back,
            is_bold: cell.bold(),
            is_dim: cell.dim(),
            is_underlined: cell.underline(),
        }
    }

    fn dim(&self) -> &'static str {
        if self.is_dim { " opacity=\"0.6\"" } else { "" }
    }

    /// Letters that begin at this place and fill so many columns.
    fn text(&self, svg: &mut String, (x, y): (f64, f64), columns: usize, text: &str) {
        let escaped = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        let weight = if self.is_bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let line = if self.is_underlined {
            " text-decoration=\"underline\""
        } else {
            ""
        };
        let length = columns as f64 * WIDE;
        // Only a run of letters can be stretched; a single one stands where it stands.
        let length = if columns > 2 {
            format!(" textLength=\"{length:.1}\"")
        } else {
            String::new()
        };
        let (front, dim) = (&self.front, self.dim());
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\"{length} fill=\"{front}\"{weight}{dim}{line}>{escaped}</text>",
            y + BASE_LINE
        );
    }
}

/// Lines and blocks as shapes: no font has to be as high as the picture's rows. `None` for what is a letter.
fn shape(letter: &str, (x, y): (f64, f64), look: &Poll) -> Option<String> {
    let (middle, centre) = (x + WIDE / 2.0, y + HIGH / 2.0);
    let (right, bottom) = (x + WIDE, y + HIGH);
    let round = WIDE / 2.0;
    let path = match letter {
        "─" => format!("M{x:.1} {centre:.1}H{right:.1}"),
        "│" => format!("M{middle:.1} {y:.1}V{bottom:.1}"),
        "╭" => format!(
            "M{middle:.1} {bottom:.1}V{:.1}Q{middle:.1} {centre:.1} {right:.1} {centre:.1}",
            centre + round
        ),
        "╮" => format!(
            "M{middle:.1} {bottom:.1}V{:.1}Q{middle:.1} {centre:.1} {x:.1} {centre:.1}",
            centre + round
        ),
        "╰" => format!(
            "M{middle:.1} {y:.1}V{:.1}Q{middle:.1} {centre:.1} {right:.1} {centre:.1}",
            centre - round
        ),
        "╯" => format!(
            "M{middle:.1} {y:.1}V{:.1}Q{middle:.1} {centre:.1} {x:.1} {centre:.1}",
            centre - round
        ),
        _ => {
            let (eighths, opacity) = match letter {
                "░" => (8, 0.25),
                "▒" => (8, 0.5),
                _ => (
                    8 - "█▉▊▋▌▍▎▏"
                        .chars()
                        .position(|block| letter == block.to_string())?,
                    1.0,
                ),
            };
            let width = eighths as f64 / 8.0 * WIDE;
            let front = &look.front;
            return Some(format!(
                "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{front}\" fill-opacity=\"{opacity}\"/>",
                y + 2.0,
                HIGH - 4.0
            ));
        }
    };
    Some(format!(
        "<path d=\"{path}\" fill=\"none\" stroke=\"{}\"{}/>",
        look.front,
        look.dim()
    ))
}

/// Letters that are written together as one text.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Ascii,
    /// Hebrew and Arabic: a letter's shape and place depend on its neighbours.
    RightToLeft,
}

impl Kind {
    /// `None` for what has a place of its own.
    fn of(letter: &str) -> Option<Self> {
        match letter.chars().next()? {
            '!'..='~' => Some(Self::Ascii),
            '\u{590}'..='\u{8ff}' => Some(Self::RightToLeft),
            _ => None,
        }
    }
}

/// Runs of plain letters are one text each; whatever a font may draw wider than its cells has a place of its own.
pub(crate) fn picture(screen: &vt100::Screen) -> String {
    let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
    let (width, height) = (
        f64::from(columns) * WIDE + 2.0 * MARGIN,
        f64::from(rows) * HIGH + 2.0 * MARGIN,
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"'DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACK}\"/>\n"
    );
    let place = |row: u16, column: u16| {
        (
            f64::from(column) * WIDE + MARGIN,
            f64::from(row) * HIGH + MARGIN,
        )
    };
    for row in 0..rows {
        let mut lying: Vec<(u16, Poll, &str)> = Vec::new();
        for column in 0..columns {
            if let Some(cell) = screen
                .cell(row, column)
                .filter(|cell| !cell.is_wide_continuation())
            {
                lying.push((
                    column,
                    Poll::of(cell),
                    if cell.has_contents() {
                        cell.contents()
                    } else {
                        " "
                    },
                ));
            }
        }
        for part in lying.chunk_by(|(_, one, _), (_, other, _)| one.back == other.back) {
            let (Some((first, look, _)), Some((last, _, _))) = (part.first(), part.last()) else {
                continue;
            };
            if look.back != BACK {
                let is_wide = screen.cell(row, *last).is_some_and(vt100::Cell::is_wide);
                let columns = last - first + 1 + u16::from(is_wide);
                let ((x, y), width) = (place(row, *first), f64::from(columns) * WIDE);
                let _ = writeln!(
                    svg,
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{HIGH}\" fill=\"{}\"/>",
                    look.back
                );
            }
        }
        let mut at = 0;
        while at < lying.len() {
            let (column, look, letter) = &lying[at];
            let here = place(row, *column);
            let mut length = 1;
            if let Some(kind) = Kind::of(letter) {
                // One blank between words belongs to them; more of them would shrink in the picture.
                let goes_on = |next: usize| {
                    lying.get(next).is_some_and(|(_, other, letter)| {
                        other == look && Kind::of(letter) == Some(kind)
                    })
                };
                let is_blank =
                    |next: usize| lying.get(next).is_some_and(|(_, _, letter)| *letter == " ");
                while goes_on(at + length) || is_blank(at + length) && goes_on(at + length + 1) {
                    length += 1;
                }
                let text: String = lying[at..at + length]
                    .iter()
                    .map(|(_, _, letter)| *letter)
                    .collect();
                look.text(&mut svg, here, length, &text);
            } else if let Some(shape) = shape(letter, here, look) {
                svg.push_str(&shape);
                svg.push('\n');
            } else if *letter != " " {
                look.text(&mut svg, here, 1, letter);
            }
            at += length;
        }
    }
    svg.push_str("</svg>\n");
    svg
}
