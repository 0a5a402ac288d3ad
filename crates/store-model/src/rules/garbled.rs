//! Text that was written in one encoding and read in another, such as `Ã¼` for `ü`: PowerShell and old editors make it, no check of lengths
//! or characters notices it, and customers read it. Knows no document.

/// The upper half of the code pages in which Windows misreads UTF-8: of windows, and of consoles.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ\u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ";
const CONSOLE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const CONSOLE_850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// The first garbled piece, and what it most likely was.
pub(super) fn garbled(text: &str) -> Option<(&str, String)> {
    if text.is_ascii() {
        return None;
    }
    let pieces = text.split(|c: char| c.is_ascii());
    pieces
        .filter(|piece| piece.chars().nth(1).is_some())
        .find_map(|piece| {
            [WINDOWS_1252, CONSOLE_437, CONSOLE_850]
                .iter()
                .find_map(|page| Some((piece, original(piece, page)?)))
        })
}

/// What the bytes of a piece say as UTF-8, if they are some.
fn original(piece: &str, page: &str) -> Option<String> {
    let byte = |c: char| {
        let place = page.chars().position(|known| known == c)?;
        u8::try_from(place + 0x80).ok()
    };
    let bytes: Option<Vec<u8>> = piece.chars().map(byte).collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("FÃ¼r das", Some(("Ã¼", "ü")))]
    #[case("itâ€™s", Some(("â€™", "’")))]
    #[case("F├╝r das", Some(("├╝", "ü")))]
    #[case("Für das, São Paulo, «déjà vu», naïve…", None)]
    #[case("├── a\n╔═╗", None)]
    #[case("メモをすばやく、Заметки, مفكرة 📝", None)]
    fn only_garbled_text_is_found(#[case] text: &str, #[case] expected: Option<(&str, &str)>) {
        let found = garbled(text);
        let found = found.as_ref().map(|(piece, was)| (*piece, was.as_str()));
        assert_eq!(found, expected);
    }
}
