//! The values of the Store's enumerations, exact in case, as words of one text each.

pub(super) const CATEGORIES: &str = "NotSet BooksAndReference BooksAndReference_EReader BooksAndReference_Fiction BooksAndReference_Nonfiction \
    BooksAndReference_Reference Business Business_AccountingAndFinance Business_Collaboration Business_CRM \
    Business_DataAndAnalytics Business_FileManagement Business_InventoryAndLogistics Business_LegalAndHR \
    Business_ProjectManagement Business_RemoteDesktop Business_SalesAndMarketing Business_TimeAndExpenses \
    DeveloperTools DeveloperTools_Database DeveloperTools_DesignTools DeveloperTools_DevelopmentKits \
    DeveloperTools_Networking DeveloperTools_ReferenceAndTraining DeveloperTools_Servers DeveloperTools_Utilities \
    DeveloperTools_Webhosting Education Education_BooksAndReference Education_EarlyLearning \
    Education_InstructionalTools Education_Language Education_StudyAids Entertainment FoodAndDining \
    GovernmentAndPolitics HealthAndFitness Medical Music NavigationAndMaps PhotoAndVideo Productivity Shopping \
    Social Sports Games Games_ActionAndAdventure Games_CardAndBoard Games_Casino Games_Classics Games_Educational \
    Games_FamilyAndKids Games_Fighting Games_MultiPlayerOnlineBattleArena Games_Music Games_Other Games_Platformer \
    Games_PuzzleAndTrivia Games_RacingAndFlying Games_Roleplaying Games_Shooter Games_Simulation Games_Sports \
    Games_Strategy Games_Tools Games_Word KidsAndFamily KidsAndFamily_BooksAndReference \
    KidsAndFamily_Entertainment KidsAndFamily_HobbiesAndToys KidsAndFamily_SportsAndActivities \
    KidsAndFamily_Travel Lifestyle Lifestyle_Automotive Lifestyle_DIY Lifestyle_HomeAndGarden \
    Lifestyle_Relationships Lifestyle_SpecialInterest Lifestyle_StyleAndFashion MultimediaDesign \
    MultimediaDesign_IllustrationAndGraphicDesign MultimediaDesign_MusicProduction \
    MultimediaDesign_PhotoAndVideoProduction NewsAndWeather NewsAndWeather_News NewsAndWeather_Weather \
    PersonalFinance PersonalFinance_BankingAndInvestments PersonalFinance_BudgetingAndTaxes Personalization \
    Personalization_RingtonesAndSounds Personalization_Themes Personalization_WallpaperAndLockScreens Security \
    Security_PCProtection Security_PersonalSecurity Travel Travel_CityGuides Travel_Hotels UtilitiesAndTools \
    UtilitiesAndTools_BackupAndManage UtilitiesAndTools_FileManager";

pub(super) const IMAGE_TYPES: &str = "Screenshot MobileScreenshot XboxScreenshot SurfaceHubScreenshot HoloLensScreenshot StoreLogo9x16 \
    StoreLogoSquare Icon PromotionalArt16x9 PromotionalArtwork2400X1200 XboxBrandedKeyArt XboxTitledHeroArt \
    XboxFeaturedPromotionalArt SquareIcon358X358 BackgroundImage1000X800 PromotionalArtwork414X180 \
    PromotionalArtwork846X468 PromotionalArtwork558X756 PromotionalArtwork414X468 PromotionalArtwork558X558 \
    WideIcon358X173 Unknown";

pub(super) const GENRES: &str = "Games_ActionAndAdventure Games_CardAndBoard Games_Casino Games_Educational Games_FamilyAndKids Games_Fighting \
    Games_Music Games_Platformer Games_PuzzleAndTrivia Games_RacingAndFlying Games_RolePlaying Games_Shooter \
    Games_Simulation Games_Sports Games_Strategy Games_Word";

pub(super) const VISIBILITIES: &str = "Hidden Public Private NotSet";

pub(super) const PUBLISH_MODES: &str = "Immediate Manual SpecificDate";

pub(super) const TRIAL_PERIODS: &str =
    "NoFreeTrial OneDay TrialNeverExpires SevenDays FifteenDays ThirtyDays";

pub(super) const HARDWARE: &str = "Touch Keyboard Mouse Camera NfcHce Nfc BluetoothLE Telephony";

pub(super) const LICENSING: &str = "None Online OnlineAndOffline";

pub(super) const FILE_STATES: &str = "None PendingUpload Uploaded PendingDelete";

pub(super) const DIRECT_X: &str = "None DirectX93 DirectX100";

pub(super) const MEMORY: &str = "None Memory2GB";

pub(super) const KINECT: &str = "NotSet Unknown Enabled Disabled";

pub(super) const CONTENT_TYPES: &str = "BookDownload EMagazine ENewspaper MusicDownload MusicStream OnlineDataStorage VideoDownload VideoStream Asp \
    OnlineDownload";

pub(super) const LIFETIMES: &str = "Forever OneDay ThreeDays FiveDays OneWeek TwoWeeks OneMonth TwoMonths ThreeMonths SixMonths OneYear";

pub(super) const FAMILIES: &str = "Desktop Mobile Xbox Holographic Team";

pub(super) const PLATFORMS: &str =
    "Unknown Windows80 Windows81 WindowsPhone71 WindowsPhone80 WindowsPhone81";

pub(super) fn has(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|known| known == word)
}

/// A price tier of either range; `NotAvailable` and `Base` have their own places.
pub(super) fn is_tier(tier: &str) -> bool {
    let number = tier
        .strip_prefix("Tier")
        .filter(|digits| !digits.starts_with('0'))
        .and_then(|digits| digits.parse::<u16>().ok());
    tier == "Free"
        || number
            .is_some_and(|number| (2..=96).contains(&number) || (1012..=1424).contains(&number))
}
