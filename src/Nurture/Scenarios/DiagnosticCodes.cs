namespace Nurture.Scenarios;

/// <summary>
/// What each code means, one line each. NUR0xx: a file that cannot be read as meant; NUR1xx: a scenario that can be read
/// and is not good; NUR2xx: a condition (<see cref="Conditions.ConditionDiagnostics"/>); NUR3xx: mail templates. Codes are stable: editors and people search for them.
/// </summary>
public static partial class DiagnosticCodes
{
    /// <summary>The file is not valid YAML.</summary>
    public const string NotYaml = "NUR001";

    /// <summary>YAML cuts an unquoted value apart, at a comma, a <c>#</c>, a leading quote or brace.</summary>
    public const string CutApart = "NUR002";

    /// <summary>A YAML tag, which is how YAML reads a leading <c>!</c>.</summary>
    public const string Tag = "NUR003";

    /// <summary>A YAML anchor or alias.</summary>
    public const string Anchor = "NUR004";

    /// <summary>A key that is given twice.</summary>
    public const string DuplicateKey = "NUR005";

    /// <summary>A key that nobody reads.</summary>
    public const string UnknownKey = "NUR006";

    /// <summary>A key that belongs somewhere else, or is written otherwise.</summary>
    public const string KeyElsewhere = "NUR007";

    /// <summary>A key that has to be there.</summary>
    public const string MissingKey = "NUR008";

    /// <summary>A list, a mapping or a text where something else belongs.</summary>
    public const string WrongShape = "NUR009";

    /// <summary>A word outside the closed list that may stand there.</summary>
    public const string UnknownWord = "NUR010";

    /// <summary>Not a length of time such as <c>3d</c>.</summary>
    public const string NotALength = "NUR011";

    /// <summary>Not a time of day, date, zone, number, percentage or address.</summary>
    public const string BadValue = "NUR012";

    /// <summary>Not a name or id: letters, digits, <c>-</c> and <c>_</c>.</summary>
    public const string BadName = "NUR013";

    /// <summary>A template that does not exist.</summary>
    public const string UnknownTemplate = "NUR014";

    /// <summary>Not an answer to who receives a send.</summary>
    public const string BadRecipients = "NUR015";

    /// <summary>Keys that cannot stand together.</summary>
    public const string Contradiction = "NUR016";

    /// <summary>The key <c>on</c>, which older YAML reads as true.</summary>
    public const string BooleanKey = "NUR017";

    /// <summary>A file in which nothing stands.</summary>
    public const string Empty = "NUR018";

    /// <summary>An event, property or attribute that the tracking plan does not know.</summary>
    public const string NotInPlan = "NUR019";

    /// <summary>A value that is not of the attribute's type.</summary>
    public const string WrongType = "NUR020";

    /// <summary>A file or folder that cannot be read.</summary>
    public const string Unreadable = "NUR021";

    /// <summary>A scenario without a goal, or one that says <c>none</c> without leave or purpose.</summary>
    public const string NoGoal = "NUR101";

    /// <summary>A scenario that nobody owns.</summary>
    public const string NoOwner = "NUR102";

    /// <summary>A scenario without a title.</summary>
    public const string NoTitle = "NUR103";

    /// <summary>A send in an account scenario that does not say to whom.</summary>
    public const string NoRecipient = "NUR104";

    /// <summary>A send by role that does not say what happens when nobody has it.</summary>
    public const string NoAnswerToNobody = "NUR105";

    /// <summary>A template that a send uses and that is not written in the default locale, or not in one that others have.</summary>
    public const string MissingLocale = "NUR106";

    /// <summary>Two steps of one id.</summary>
    public const string DuplicateStep = "NUR107";

    /// <summary>A step that nobody can reach.</summary>
    public const string Unreachable = "NUR108";

    /// <summary>A wait that can never matter, or never end.</summary>
    public const string PointlessWait = "NUR109";

    /// <summary>A holdout where none is allowed.</summary>
    public const string HoldoutNotAllowed = "NUR111";

    /// <summary>A send of a weaker class than its scenario's.</summary>
    public const string WeakerClass = "NUR112";

    /// <summary>A window longer than what is kept.</summary>
    public const string WindowTooLong = "NUR113";

    /// <summary>A trigger of the account in a contact scenario that does not say who of the account enters.</summary>
    public const string NoRoleForTrigger = "NUR114";

    /// <summary><c>audience_lost</c> without an audience, or with one that can never be lost.</summary>
    public const string AudienceNeverLost = "NUR115";

    /// <summary>An audience that reads the starting event alone: it is the trigger's <c>where</c>.</summary>
    public const string AudienceIsWhere = "NUR116";

    /// <summary>Times that can never meet: a deadline that is over before what it waits for can happen.</summary>
    public const string NeverMeets = "NUR117";

    /// <summary>Reads what a wait heard where none has heard anything, or a mail prints of an event what it never has there.</summary>
    public const string NothingHeard = "NUR118";

    /// <summary>A key that the scenario's goal or waits cannot see in their events.</summary>
    public const string KeyNotCarried = "NUR119";

    /// <summary>A marketing scenario without a topic.</summary>
    public const string NoTopic = "NUR120";

    /// <summary>A setting for contact scenarios in an account scenario, or the other way round.</summary>
    public const string WrongSubject = "NUR121";

    /// <summary>A goal that is the trigger again.</summary>
    public const string GoalNeverCounts = "NUR122";

    /// <summary>A goal without <c>within</c>: it can be reached but never missed.</summary>
    public const string GoalWithoutEnd = "NUR123";

    /// <summary>A file whose name is not the name of what it holds.</summary>
    public const string FileName = "NUR124";

    /// <summary>Two scenarios of one name.</summary>
    public const string DuplicateScenario = "NUR125";

    /// <summary>A scenario test that names what is not in its scenario.</summary>
    public const string TestNamesNothing = "NUR126";

    /// <summary>A band as trigger where nobody scores accounts.</summary>
    public const string NoHealth = "NUR127";

    /// <summary>An escalation type or outcome that is not declared.</summary>
    public const string UnknownEscalation = "NUR128";

    /// <summary>A band of health that no scenario answers and that does not say why, or that several answer for the same account.</summary>
    public const string BandUnanswered = "NUR129";

    /// <summary>A date that has passed before it was ever published.</summary>
    public const string PastDate = "NUR130";

    /// <summary>A schedule whose moments do not do what they seem to.</summary>
    public const string OddSchedule = "NUR131";

    /// <summary>Segments that ask each other in a circle.</summary>
    public const string SegmentCycle = "NUR132";

    /// <summary>A segment that is no longer defined, or not as before, and that something published asks.</summary>
    public const string SegmentInUse = "NUR133";

    /// <summary>Scenarios that start each other without an end.</summary>
    public const string StartsInCircle = "NUR134";

    /// <summary>A scenario that a step or a trigger names and that does not exist, or is about somebody else.</summary>
    public const string UnknownScenario = "NUR135";

    /// <summary>A pool of colleagues that escalations.yaml does not declare.</summary>
    public const string UnknownPool = "NUR136";

    /// <summary>A text of a step, with <c>{{ }}</c>, that cannot be read.</summary>
    public const string TextCannotBeRead = "NUR145";
    /// <summary>Rows of <c>for_each</c> that are no rows: without an id, or two of one id.</summary>
    public const string BadRows = "NUR137";

    /// <summary>A column that a row does not have, and that the scenario or one of its mails reads.</summary>
    public const string UnknownColumn = "NUR138";

    /// <summary>A scenario with rows where one row has to be named.</summary>
    public const string RowNeeded = "NUR139";

    /// <summary>A throttle on what leaves at once, or one that lets too few through before they expire.</summary>
    public const string OddThrottle = "NUR157";

    /// <summary>A test of subjects that finds nothing out: one arm, everybody or nobody, subjects that the mail does not have, clicks that nobody sees.</summary>
    public const string BadSubjectTest = "NUR160";

    /// <summary>A mail with several subjects that its step does not test.</summary>
    public const string UntestedSubjects = "NUR161";

    /// <summary>A question that cannot be answered: its mail shows none of its answers, or they do not fit what they are written to.</summary>
    public const string Unanswerable = "NUR140";

    /// <summary>A mail that shows answers, sent by a step that asks nothing.</summary>
    public const string NothingAsked = "NUR141";

    /// <summary>An outcome by which a task cannot be done.</summary>
    public const string UnknownOutcome = "NUR142";

    /// <summary>A sender that policy.yaml does not declare.</summary>
    public const string UnknownIdentity = "NUR143";

    /// <summary>A hook of hooks.yaml that cannot be: how it is signed, or what it makes of a body.</summary>
    public const string BadHook = "NUR146";
    /// <summary>A session is named or read where none can be.</summary>
    public const string NoSession = "NUR153";

    /// <summary>A step that belongs to a moment which has always gone: before the invitation to a session, or before a date that was reached.</summary>
    public const string BeforeInvitation = "NUR154";

    /// <summary>Nobody ever enters: trigger, audience, goal and exits contradict each other.</summary>
    public const string NobodyEnters = "NUR158";

    /// <summary>A scenario is started without the values that it reads of its trigger.</summary>
    public const string StartedWithout = "NUR159";

    /// <summary>A session that is no test's, or is written wrongly there.</summary>
    public const string UnknownSession = "NUR155";

    /// <summary>A template whose front matter is missing or wrong.</summary>
    public const string BadFrontMatter = "NUR301";

    /// <summary>A template whose language cannot be parsed.</summary>
    public const string BadTemplate = "NUR302";

    /// <summary>A template reads a name that mails do not have.</summary>
    public const string UnknownName = "NUR303";

    /// <summary>A template whose layout does not exist.</summary>
    public const string UnknownLayout = "NUR304";

    /// <summary>A layout without the place where the mail's content goes.</summary>
    public const string NoContent = "NUR305";

    /// <summary>A template file whose name is not <c>name.locale.html</c>, <c>.md</c> or <c>.blocks.yaml</c>.</summary>
    public const string BadFileName = "NUR306";

    /// <summary>A layout that says nothing of who writes, or offers no way to unsubscribe; a footer is added when it is sent.</summary>
    public const string NoFooter = "NUR307";

    /// <summary>A mail prints what some of its readers do not have.</summary>
    public const string MayBeEmpty = "NUR308";

    /// <summary>An image without a word for those who do not see it.</summary>
    public const string ImageWithoutAlt = "NUR309";

    /// <summary>A link or an image by http, without encryption.</summary>
    public const string PlainHttp = "NUR310";

    /// <summary>A mail that, as it leaves to somebody made up, is larger than what Gmail shows.</summary>
    public const string MailTooLarge = "NUR311";

    /// <summary>A mail of which inboxes show the first words of the body, since it says nothing for beside the subject.</summary>
    public const string NoPreheader = "NUR312";

    /// <summary>A mail compares what never compares: a text with a number, a date with a text that is none.</summary>
    public const string NeverCompares = "NUR313";

    /// <summary>A mail compares with a value that its attribute cannot have.</summary>
    public const string UnknownComparedValue = "NUR314";

    /// <summary>A mail of an onboarding scenario that says nowhere how to get help, and whose answers nobody reads.</summary>
    public const string NoHelp = "NUR315";

    /// <summary>What was to be filled in and was not: a field of another tool, filler, a link to nowhere.</summary>
    public const string UnfilledField = "NUR316";

    /// <summary>A preheader that is longer than what inboxes show of it.</summary>
    public const string LongPreheader = "NUR317";

    /// <summary>A mail prints raw what somebody else sets.</summary>
    public const string RawValue = "NUR318";

    /// <summary>An attribute with code and without quotes, or a link or an attribute that runs code.</summary>
    public const string UnsafeAttribute = "NUR319";

    /// <summary>A step or scenario would send a mail as something that its front matter says it is not.</summary>
    public const string MailClass = "NUR320";

    /// <summary>A mail whose class or topic is another in another language.</summary>
    public const string PurposeDiffers = "NUR321";

    /// <summary>A block that is none, or lacks what it needs.</summary>
    public const string BadBlock = "NUR322";

    /// <summary>A mail that is written in two files of one language, or a text part without its mail.</summary>
    public const string OddFile = "NUR323";

    /// <summary>A mail writes a date by a code that is none, and prints it as it stands.</summary>
    public const string UnknownDateCode = "NUR324";
}
