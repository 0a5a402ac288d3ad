//! Settings: the example file and the code say the same, mistakes are named with key and line, secrets never show.
#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use flightdeck::storage::config::{
    Config, ConfigError, Credential, Paths, Profile, SecretError, SecretProgram, SecretSource,
    file::{Account, Checksum, Chords, Editor, Endpoints, File, Follow, Notify, Screen, Upload},
};
use rstest::rstest;
use secrecy::ExposeSecret;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

const EXAMPLE: &str = include_str!("../config.example.toml");
const GUID: &str = "0b6f1c52-8d7e-4a06-9c3b-2f5e7d9a1c40";
/// Stands in the examples where the owner's ids belong.
const NIL: &str = "00000000-0000-0000-0000-000000000000";
const CANARY: &str = "C4n4ry~secret.value";

fn no_env(_: &str) -> Option<String> {
    None
}

fn env_of<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    |name| {
        pairs
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned())
    }
}

fn paths() -> Paths {
    Paths {
        config_file: std::path::absolute("somewhere/config.toml").unwrap(),
        is_config_named: false,
        data: PathBuf::from("data"),
        cache: PathBuf::from("cache"),
    }
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(paths(), text.to_owned())
}

/// The profile `p` with these lines in it.
fn profile_of(lines: &str) -> Result<Profile, ConfigError> {
    parse(&format!("[profiles.p]\n{lines}\n"))?.profile(None, &no_env)
}

fn account(lines: &str) -> String {
    format!("[profiles.p]\ntenant_id = \"{GUID}\"\nclient_id = \"{GUID}\"\n{lines}\n")
}

/// The example with the keys that have no default taken in.
fn whole_example() -> String {
    let example = EXAMPLE.replace(NIL, GUID);
    let is_key =
        |line: &str| line.starts_with('#') && line.chars().nth(1).is_some_and(|c| c != ' ');
    example
        .lines()
        .map(|line| if is_key(line) { &line[1..] } else { line })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Every key with its tables; the name of a profile or of an action counts as `*`.
fn keys(value: &toml::Value, above: &[String], found: &mut BTreeSet<String>) {
    let toml::Value::Table(table) = value else {
        return;
    };
    for (key, value) in table {
        let is_free = above == ["profiles"] || above == ["keys"];
        let path: Vec<String> = above
            .iter()
            .cloned()
            .chain([if is_free { "*".to_owned() } else { key.clone() }])
            .collect();
        found.insert(path.join("."));
        if path.last().is_none_or(|last| last != "client_secret") {
            keys(value, &path, found);
        }
    }
}

fn keys_of(value: &toml::Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    keys(value, &[], &mut found);
    found
}

#[test]
fn the_example_is_the_defaults() {
    assert_eq!(*parse(EXAMPLE).unwrap().file(), File::default());
    assert_eq!(*parse("").unwrap().file(), File::default());
    let usual = File::default();
    assert_eq!(
        (
            usual.upload.connections,
            usual.upload.checksum,
            usual.upload.block_size
        ),
        (8, Checksum::Crc64, None)
    );
    assert_eq!(
        (usual.follow.shortest, usual.follow.longest),
        (Duration::from_secs(5), Duration::from_mins(5))
    );
    assert!(usual.screen.notify && usual.screen.mouse && usual.upload.bandwidth.is_none());
}

#[test]
fn the_example_holds_every_key_and_no_other() {
    // Without `..`: a key that is added to the code must be added here, and then to the example.
    let account = Account {
        tenant_id: Some(GUID.into()),
        client_id: Some(GUID.into()),
        client_secret: Some(SecretSource::Env("NAME".into())),
        federated_token_file: Some("token".into()),
        protected: true,
        read_only: true,
        requests_per_minute: 20,
        endpoints: Endpoints {
            login: "l".into(),
            store: "s".into(),
        },
    };
    let full = File {
        default_profile: Some("p".into()),
        upload: Upload {
            connections: 8,
            block_size: Some(8 << 20),
            checksum: Checksum::Md5,
            bandwidth: Some(1),
        },
        follow: Follow {
            shortest: Duration::from_secs(5),
            longest: Duration::from_mins(5),
        },
        screen: Screen {
            theme: "t".into(),
            notify: true,
            mouse: true,
        },
        editor: Editor {
            command: Some("vi".into()),
        },
        notify: Notify {
            command: Some("say".into()),
        },
        keys: BTreeMap::from([("quit".into(), Chords(vec!["q".into()]))]),
        profiles: BTreeMap::from([("p".into(), account)]),
    };
    let of_code = keys_of(&toml::Value::try_from(&full).unwrap());
    let of_example = keys_of(&toml::from_str(&whole_example()).unwrap());
    assert_eq!(of_code, of_example);
}

#[test]
fn the_whole_example_works_and_its_profiles_are_the_defaults() {
    let config = parse(&whole_example()).unwrap();
    let profile = config.profile(None, &no_env).unwrap();
    assert_eq!(profile.name, "contoso");
    assert_eq!(profile.login.as_str(), "https://login.microsoftonline.com/");
    assert_eq!(
        profile.store.as_str(),
        "https://manage.devcenter.microsoft.com/"
    );
    assert_eq!(
        (
            profile.protected,
            profile.read_only,
            profile.requests_per_minute
        ),
        (false, false, 20)
    );
    assert_eq!(
        config.keys()["quit"],
        Chords(vec!["q".into(), "ctrl-q".into()])
    );
    let ci = config.profile(Some("contoso-ci"), &no_env).unwrap();
    assert!(matches!(ci.credential, Credential::Federated(_)));
    assert!(
        config
            .profiles(&no_env)
            .iter()
            .all(|(_, profile)| profile.is_ok())
    );
}

#[test]
fn the_ready_example_of_the_error_is_ready() {
    let text = flightdeck::storage::config::error::READY_PROFILE;
    let error = parse(text)
        .unwrap()
        .profile(None, &no_env)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("line 4") && error.contains("still the example's id"),
        "{error}"
    );
    let profile = parse(&text.replace(NIL, GUID))
        .unwrap()
        .profile(None, &no_env)
        .unwrap();
    assert!(profile.warnings.is_empty(), "{:?}", profile.warnings);
}

#[rstest]
#[case(
    "[upload]\nconections = 4",
    "line 2, column 1, key upload.conections",
    "Did you mean connections?"
)]
#[case(
    "[uploads]\nconnections = 4",
    "line 1, column 2, key uploads",
    "Did you mean upload?"
)]
#[case(
    "[profiles.p]\nclient_idd = \"x\"",
    "line 2, column 1, key profiles.p.client_idd",
    "Did you mean client_id?"
)]
#[case(
    "[profiles.p.endpoints]\nlogon = \"x\"",
    "line 2, column 1, key profiles.p.endpoints.logon",
    "Did you mean login?"
)]
#[case(
    "\n\ncolour = 1",
    "line 3, column 1, key colour",
    "Known: default_profile, upload"
)]
#[case(
    "[upload]\nconnections = \"many\"",
    "line 2, column 15, key upload.connections",
    "expected u32"
)]
#[case(
    "[upload]\nconnections = 0",
    "line 2, column 1, key upload.connections",
    "from 1 to 32"
)]
#[case(
    "upload = { connections = 33 }",
    "line 1, column 12, key upload.connections",
    "from 1 to 32"
)]
#[case(
    "[upload]\nchecksum = \"crc46\"",
    "line 2, column 12, key upload.checksum",
    "Did you mean crc64?"
)]
#[case(
    "[upload]\nblock_size = \"8 megs\"",
    "line 2, column 14, key upload.block_size",
    "8 MiB"
)]
#[case(
    "[upload]\nblock_size = \"5 GiB\"",
    "line 2, column 1, key upload.block_size",
    "4000 MiB"
)]
#[case(
    "[follow]\nshortest = \"soon\"",
    "line 2, column 12, key follow.shortest",
    "5s"
)]
#[case(
    "[follow]\nlongest = \"1s\"",
    "line 2, column 1, key follow.longest",
    "shorter than follow.shortest"
)]
#[case(
    "[follow]\nshortest = \"1ms\"",
    "line 2, column 1, key follow.shortest",
    "shorter than 100ms"
)]
#[case("[keys]\nquit = 3", "line 2, column 8, key keys.quit", "a chord")]
#[case(
    "default_profile = \"contosso\"\n[profiles.contoso]",
    "line 1, column 1, key default_profile",
    "Did you mean \"contoso\"?"
)]
#[case("[profiles.a]\n[profiles.a]", "line 2, column", "twice")]
#[case("a = \"ü\"\nb = = 2", "line 2, column 5", "")]
#[case("[upload\nconnections = 2", "line 1", "")]
#[case(
    "[upload]\nconnections = 1\nconnections = 2",
    "line 3, column 1, key connections",
    "twice"
)]
fn a_mistake_is_named_with_its_place_and_remedy(
    #[case] text: &str,
    #[case] place: &str,
    #[case] remedy: &str,
) {
    let error = parse(text).unwrap_err().to_string();
    assert!(
        error.contains(place) && error.contains(remedy) && error.contains("config.toml"),
        "{error}"
    );
}

#[rstest]
#[case(
    "client_id = \"x\"",
    "line 1, column 11, key profiles.p.tenant_id",
    "needs tenant_id"
)]
#[case(
    "tenant_id = \"contoso\"",
    "line 2, column 1, key profiles.p.tenant_id",
    "neither a GUID nor a domain"
)]
#[case(
    "tenant_id = \"contoso.com/../x\"",
    "line 2, column 1, key profiles.p.tenant_id",
    "neither a GUID nor a domain"
)]
#[case(
    "tenant_id = \"a.b\"\nclient_id = \"a b\"",
    "line 3, column 1, key profiles.p.client_id",
    "no application (client) id"
)]
#[case(
    "tenant_id = \"a.b\"\nclient_id = \"c\"",
    "key profiles.p.client_secret",
    "federated_token_file"
)]
#[case(
    "tenant_id = \"a.b\"\nclient_id = \"c\"\nclient_secret = { keyring = true }",
    "line 4, column 1, key profiles.p.client_secret",
    "not built yet"
)]
#[case(
    "tenant_id = \"a.b\"\nclient_id = \"c\"\nclient_secret = { env = \"A\" }\nfederated_token_file = \"t\"",
    "line 5, column 1, key profiles.p.federated_token_file",
    "Take one of them out"
)]
#[case(
    "tenant_id = \"a.b\"\nclient_id = \"c\"\nclient_secret = { env = \"A\" }\nrequests_per_minute = 0",
    "line 5, column 1, key profiles.p.requests_per_minute",
    "from 1"
)]
fn a_profile_that_cannot_work_is_named(
    #[case] lines: &str,
    #[case] place: &str,
    #[case] remedy: &str,
) {
    let error = profile_of(lines).unwrap_err().to_string();
    assert!(error.contains(place) && error.contains(remedy), "{error}");
}

#[rstest]
#[case(
    "https://gateway.example/store",
    Some("https://gateway.example/store/")
)]
#[case("http://127.0.0.1:8080", Some("http://127.0.0.1:8080/"))]
#[case("http://[::1]:8080", Some("http://[::1]:8080/"))]
#[case("http://localhost:8080", Some("http://localhost:8080/"))]
#[case("http://manage.devcenter.microsoft.com", None)]
#[case("http://127.0.0.1.evil.example", None)]
#[case("http://0.0.0.0", None)]
#[case("https://user:word@host", None)]
#[case("https://host/?a=b", None)]
#[case("ftp://host", None)]
#[case("host", None)]
fn plain_http_goes_to_this_machine_only(#[case] address: &str, #[case] expected: Option<&str>) {
    let lines = account(&format!(
        "client_secret = {{ env = \"A\" }}\n[profiles.p.endpoints]\nstore = \"{address}\""
    ));
    let profile = parse(&lines).unwrap().profile(None, &no_env);
    if let Some(url) = expected {
        assert_eq!(profile.unwrap().store.as_str(), url);
    } else {
        let error = profile.unwrap_err().to_string();
        assert!(
            error.contains("line 6, column 1, key profiles.p.endpoints.store"),
            "{error}"
        );
    }
}

#[test]
fn a_client_id_that_is_no_guid_is_a_warning_that_does_not_quote_it() {
    let profile = profile_of(&format!(
        "tenant_id = \"a.b\"\nclient_id = \"{CANARY}\"\nclient_secret = {{ env = \"A\" }}"
    ))
    .unwrap();
    assert_eq!(profile.warnings.len(), 1);
    assert!(!profile.warnings[0].contains(CANARY));
}

#[rstest]
#[case("\"{}\"", "never written into the config file")]
#[case("'''{}'''", "never written into the config file")]
#[case("123456789", "never written into the config file")]
#[case("[\"{}\"]", "name one place")]
#[case("{ value = \"{}\" }", "name one place")]
#[case("{ env = \"{}\" }", "name one place")]
#[case("{ env = [\"{}\"] }", "name one place")]
#[case("{ env = \"A\", file = \"{}\" }", "name one place")]
#[case("{ command = \"{}\" }", "name one place")]
#[case("{ command = [] }", "name one place")]
#[case("{ keyring = false }", "name one place")]
#[case("{}", "")]
#[case("\"{}", "")]
fn a_secret_in_the_file_is_refused_and_not_repeated(#[case] value: &str, #[case] sentence: &str) {
    let value = if value == "{}" {
        CANARY.to_owned()
    } else {
        value.replace("{}", CANARY)
    };
    let error = parse(&account(&format!("client_secret = {value}"))).unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(said.contains(sentence) && said.contains("line 4"), "{said}");
    assert!(
        !said.contains(CANARY) && !said.contains("123456789"),
        "{said}"
    );
    if !sentence.is_empty() {
        assert!(
            said.contains("key profiles.p.client_secret") && said.contains("{ env ="),
            "{said}"
        );
    }
}

#[test]
fn the_choice_of_a_profile() {
    let two = "[profiles.aa]\ntenant_id='a.b'\nclient_id='c'\nclient_secret={env='A'}\n[profiles.bb]\ntenant_id='a.b'\nclient_id='c'\nclient_secret={env='A'}\n";
    let azure = [
        ("AZURE_TENANT_ID", "a.b"),
        ("AZURE_CLIENT_ID", GUID),
        ("AZURE_CLIENT_SECRET", CANARY),
    ];
    let azure = env_of(&azure);
    let name = |text: &str, name: Option<&str>, env: &dyn Fn(&str) -> Option<String>| {
        parse(text)
            .unwrap()
            .profile(name, env)
            .map(|profile| profile.name)
            .map_err(|error| error.to_string())
    };
    assert_eq!(name(two, Some("bb"), &azure).as_deref(), Ok("bb"));
    assert_eq!(
        name(&format!("default_profile='aa'\n{two}"), None, &azure).as_deref(),
        Ok("aa")
    );
    assert_eq!(
        name(&account("client_secret={env='A'}"), None, &azure).as_deref(),
        Ok("p")
    );
    assert_eq!(name("", None, &azure).as_deref(), Ok("env"));
    assert_eq!(name(two, Some("env"), &azure).as_deref(), Ok("env"));
    // Which account is published to is never guessed.
    let error = name(two, None, &azure).unwrap_err();
    assert!(
        error.contains("--profile") && error.contains("aa, bb"),
        "{error}"
    );
    let error = name(two, Some("bbb"), &azure).unwrap_err();
    assert!(error.contains("did you mean \"bb\"?"), "{error}");
    assert_eq!(parse(two).unwrap().profiles(&azure).len(), 3);
}

#[test]
fn without_any_profile_the_ways_on_are_shown() {
    let config = parse("").unwrap();
    let error = config.profile(None, &no_env).unwrap_err();
    assert!(matches!(error, ConfigError::NoProfile { .. }));
    let said = error.to_string();
    for part in [
        "flightdeck demo",
        "AZURE_TENANT_ID",
        "config.toml",
        "[profiles.main]",
        "client_secret = { env =",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let half = [("AZURE_TENANT_ID", "a.b"), ("AZURE_CLIENT_ID", "")];
    let said = config
        .profile(None, &env_of(&half))
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("still missing: AZURE_CLIENT_ID, AZURE_CLIENT_SECRET"),
        "{said}"
    );
}

#[test]
fn the_environment_makes_a_profile() {
    let config = parse("").unwrap();
    let base = [
        ("AZURE_TENANT_ID", "contoso.example"),
        ("AZURE_CLIENT_ID", GUID),
        ("FLIGHTDECK_LOGIN_URL", "http://127.0.0.1:9"),
        ("FLIGHTDECK_STORE_URL", "http://127.0.0.1:9"),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&base[..], more].concat();

    let secret = with(&[
        ("AZURE_CLIENT_SECRET", CANARY),
        ("AZURE_FEDERATED_TOKEN_FILE", "/t"),
    ]);
    let profile = config.profile(None, &env_of(&secret)).unwrap();
    assert_eq!(
        profile.credential,
        Credential::Secret(SecretSource::Env("AZURE_CLIENT_SECRET".into()))
    );
    assert_eq!(
        (profile.login.as_str(), profile.store.as_str()),
        ("http://127.0.0.1:9/", "http://127.0.0.1:9/")
    );
    assert!(!format!("{profile:?}").contains(CANARY));

    let federated = with(&[("AZURE_FEDERATED_TOKEN_FILE", "/t")]);
    let profile = config.profile(None, &env_of(&federated)).unwrap();
    assert_eq!(profile.credential, Credential::Federated("/t".into()));

    let bad = [
        ("AZURE_TENANT_ID", "a.b"),
        ("AZURE_CLIENT_ID", "c"),
        ("AZURE_CLIENT_SECRET", "s"),
        ("FLIGHTDECK_STORE_URL", "http://a.b"),
    ];
    let error = config.profile(None, &env_of(&bad)).unwrap_err().to_string();
    assert!(
        error.contains("FLIGHTDECK_STORE_URL") && error.contains("plain http"),
        "{error}"
    );
}

#[test]
fn files_are_found_and_a_named_one_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap();
    let paths = Paths::find(None, &env_of(&[("FLIGHTDECK_HOME", home)])).unwrap();
    assert_eq!(
        (
            paths.config_file.as_path(),
            paths.data.as_path(),
            paths.cache.as_path()
        ),
        (
            folder.path().join("config.toml").as_path(),
            folder.path().join("data").as_path(),
            folder.path().join("cache").as_path()
        )
    );
    // Nobody named it: it may be missing.
    assert_eq!(
        *Config::load(None, &env_of(&[("FLIGHTDECK_HOME", home)]))
            .unwrap()
            .file(),
        File::default()
    );

    let other = folder.path().join("other.toml");
    let other_name = other.to_str().unwrap();
    let env = [("FLIGHTDECK_HOME", home), ("FLIGHTDECK_CONFIG", other_name)];
    let error = Config::load(None, &env_of(&env)).unwrap_err().to_string();
    assert!(
        error.contains("other.toml") && error.contains("--config"),
        "{error}"
    );
    // With the mark that some Windows editors put first.
    fs::write(&other, "\u{feff}default_profile = \"env\"\n").unwrap();
    let config = Config::load(None, &env_of(&env)).unwrap();
    assert_eq!(
        (config.file().default_profile.as_deref(), config.path()),
        (Some("env"), other.as_path())
    );
    assert_eq!(
        Config::load(Some(&other), &env_of(&[("FLIGHTDECK_HOME", home)]))
            .unwrap()
            .path(),
        other
    );
    assert!(matches!(
        Config::load(Some(folder.path()), &no_env),
        Err(ConfigError::Unreadable { .. })
    ));
    fs::write(&other, [0xff, 0xfe, b'a']).unwrap();
    assert!(matches!(
        Config::load(Some(&other), &no_env),
        Err(ConfigError::Unreadable { .. })
    ));

    let system = Paths::find(None, &no_env);
    assert!(
        system.is_err()
            || system
                .is_ok_and(|paths| paths.config_file.is_absolute() && paths.data != paths.cache)
    );
}

#[test]
fn the_outside_editor_is_the_configs_or_the_shells() {
    let shell = [("VISUAL", "vim"), ("EDITOR", "ed")];
    assert_eq!(
        parse("[editor]\ncommand = \"hx\"")
            .unwrap()
            .editor(&env_of(&shell))
            .as_deref(),
        Some("hx")
    );
    assert_eq!(
        parse("").unwrap().editor(&env_of(&shell)).as_deref(),
        Some("vim")
    );
    assert_eq!(
        parse("").unwrap().editor(&env_of(&shell[1..])).as_deref(),
        Some("ed")
    );
    assert_eq!(parse("").unwrap().editor(&no_env), None);
}

#[test]
fn secrets_come_from_variable_and_file_and_lose_what_editors_leave_around_them() {
    let read = |source: &SecretSource| source.read_with(&env_of(&[("HERE", CANARY), ("NONE", "")]));
    assert_eq!(
        read(&SecretSource::Env("HERE".into()))
            .unwrap()
            .expose_secret(),
        CANARY
    );
    assert!(
        matches!(read(&SecretSource::Env("GONE".into())), Err(SecretError::NotSet { variable }) if variable == "GONE")
    );
    assert!(matches!(
        read(&SecretSource::Env("NONE".into())),
        Err(SecretError::Empty { .. })
    ));
    assert!(matches!(
        read(&SecretSource::Keyring),
        Err(SecretError::Keyring)
    ));
    assert_eq!(
        read(&SecretSource::Held(CANARY.to_owned().into()))
            .unwrap()
            .expose_secret(),
        CANARY
    );

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    let source = SecretSource::File(file.clone());
    assert!(matches!(read(&source), Err(SecretError::File { .. })));
    for (content, expected) in [
        (format!("{CANARY}\n"), Some(CANARY)),
        (format!("{CANARY}\r\n"), Some(CANARY)),
        (format!(" {CANARY} "), Some(CANARY)),
        (format!("{CANARY}\n\n"), Some(CANARY)),
        (format!("\u{feff}{CANARY}\r\n"), Some(CANARY)),
        (format!("\"{CANARY}\"\n"), Some(CANARY)),
        (format!("\u{a0}'{CANARY} '\n"), Some(CANARY)),
        (format!("{CANARY}\nand more"), None),
        ("\n".to_owned(), None),
        ("x".repeat(65 * 1024), None),
    ] {
        fs::write(&file, &content).unwrap();
        let secret = read(&source);
        if let Some(expected) = expected {
            assert_eq!(secret.unwrap().expose_secret(), expected);
        } else {
            let error = secret.unwrap_err();
            assert!(!format!("{error} {error:?}").contains(CANARY));
        }
    }
    fs::write(&file, format!("{CANARY}\n")).unwrap();
    assert_eq!(
        Credential::Federated(file).read().unwrap().expose_secret(),
        CANARY
    );
}

#[cfg(unix)]
#[test]
fn secrets_come_from_a_program() {
    let run = |words: &[&str]| {
        SecretSource::Command(SecretProgram {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            hidden: Vec::new(),
        })
        .read()
    };
    assert_eq!(run(&["echo", CANARY]).unwrap().expose_secret(), CANARY);
    let error = run(&[
        "sh",
        "-c",
        &format!("echo {CANARY}; echo {CANARY} >&2; exit 3"),
    ])
    .unwrap_err();
    assert!(matches!(error, SecretError::Refused { .. }) && error.to_string().contains('3'));
    assert!(!format!("{error} {error:?}").contains(CANARY));
    assert!(matches!(
        run(&["flightdeck-no-such-program"]),
        Err(SecretError::Command { .. })
    ));
    assert!(matches!(run(&["true"]), Err(SecretError::Empty { .. })));
    // It would print for ever; only so much is taken.
    assert!(matches!(run(&["yes"]), Err(SecretError::Long { .. })));
}

#[test]
fn paths_in_a_profile_start_at_the_config_file_or_at_home() {
    let file = |path: &str| {
        let config = parse(&account(&format!(
            "client_secret = {{ file = \"{path}\" }}"
        )))
        .unwrap();
        match config
            .profile(None, &env_of(&[("HOME", "/home/me")]))
            .unwrap()
            .credential
        {
            Credential::Secret(SecretSource::File(path)) => path,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        file("secret.txt"),
        paths().config_file.parent().unwrap().join("secret.txt")
    );
    assert_eq!(
        file("~/secret.txt"),
        Path::new("/home/me").join("secret.txt")
    );
}

#[test]
fn nothing_that_can_be_printed_holds_a_secret() {
    let command = format!("client_secret = {{ command = [\"curl\", \"-H\", \"{CANARY}\"] }}");
    let config = parse(&account(&command)).unwrap();
    let profile = config.profile(None, &no_env).unwrap();
    let held = Credential::Secret(SecretSource::Held(CANARY.to_owned().into()));
    let said = format!("{config:?} {profile:?} {held:?}");
    assert!(!said.contains(CANARY) && said.contains("curl"), "{said}");
}
