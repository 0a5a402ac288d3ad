//! Programs of the person: an editor, a browser, a password store. Found as the shell finds them, and started without our secrets.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

/// Endings of programs on Windows, where `PATHEXT` says none.
const USUAL_ENDINGS: &str = ".COM;.EXE;.BAT;.CMD";

/// A program to be started. `hidden` are the variables that hold secrets of ours: no other program needs them.
pub fn command(program: &str, hidden: &[String]) -> Command {
    let found = cfg!(windows)
        .then(|| {
            let endings = env::var("PATHEXT").unwrap_or_else(|_| USUAL_ENDINGS.to_owned());
            find(program, env::var_os("PATH"), &endings)
        })
        .flatten();
    let mut command = Command::new(found.unwrap_or_else(|| PathBuf::from(program)));
    for name in hidden {
        command.env_remove(name);
    }
    command
}

/// Windows itself looks for `.exe` alone, so that `code` and `az`, which are `.cmd` files, would not be found.
fn find(program: &str, path: Option<OsString>, endings: &str) -> Option<PathBuf> {
    let asked = Path::new(program);
    if asked.extension().is_some() {
        return None;
    }
    let folders: Vec<PathBuf> = if program.contains(['/', '\\']) {
        vec![PathBuf::new()]
    } else {
        env::split_paths(&path?).collect()
    };
    let endings = || endings.split(';').filter(|ending| !ending.is_empty());
    let mut places = folders.iter().flat_map(|folder| {
        endings().map(move |ending| folder.join(format!("{program}{}", ending.to_lowercase())))
    });
    places.find(|place| place.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_script_is_found_by_its_bare_name() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let script = second.path().join("code.cmd");
        fs::write(&script, "").unwrap();
        fs::write(first.path().join("code"), "").unwrap();
        let path = env::join_paths([first.path(), second.path()]).unwrap();
        let found = |program: &str| find(program, Some(path.clone()), ".EXE;.CMD");
        assert_eq!(found("code").as_deref(), Some(script.as_path()));
        assert_eq!((found("code.cmd"), found("vim")), (None, None));
        let bare = second.path().join("code");
        assert_eq!(found(bare.to_str().unwrap()), Some(script));
    }
}
