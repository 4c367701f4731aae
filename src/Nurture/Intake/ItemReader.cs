using System.Text.Json;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Intake;

/// <summary>Reads the messages of one request. Whatever is wrong with one of them stays with it.</summary>
internal sealed class ItemReader(
    TrackingPlan plan, DateTimeOffset receivedAt, IReadOnlySet<MessageType>? allowed, DateTimeOffset? batchSentAt, JsonElement sharedContext)
{
    /// <summary>Names of the product's own events begin so; nobody else may say them (SEMANTICS.md 50).</summary>
    public const string ReservedPrefix = "nurture.";

    private readonly Refusal? sharedFault = sharedContext.ValueKind == JsonValueKind.Undefined ? null : JsonText.FaultOf(sharedContext.Raw());

    public List<IntakeItem> Items { get; } = [];

    public List<DeadLetter> Refused { get; } = [];

    public void Read(JsonElement item, MessageType? typeOfPath)
    {
        var raw = item.Raw();
        if (raw.Length > IntakeLimits.ItemBytes)
        {
            Refuse(Refusal.TooLarge, $"{raw.Length} bytes; {IntakeLimits.ItemBytes} are allowed", null, raw);
            return;
        }
        if ((JsonText.FaultOf(raw) ?? sharedFault) is { } fault)
        {
            Refuse(fault, Explain(fault), null, raw);
            return;
        }

        var one = new One(this, item, typeOfPath);
        try
        {
            Items.Add(one.Read());
        }
        catch (RefusedException refused)
        {
            Refuse(refused.Refusal, refused.Message, MessageIdOf(item), raw);
            return;
        }
        // One letter for all attributes: it holds the whole item, and shall not be many times as large as what was sent.
        if (one.RefusedAttribute is { } attribute) Refuse(attribute, one.RefusedDetails, MessageIdOf(item), raw);
    }

    private void Refuse(Refusal refusal, string detail, string? messageId, ReadOnlySpan<byte> raw) =>
        Refused.Add(new(refusal, detail, messageId, raw[..Math.Min(raw.Length, IntakeLimits.ItemBytes)].ToArray()));

    private static string? MessageIdOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("messageId"u8, out var id) && id.ValueKind == JsonValueKind.String
        && id.GetString() is { Length: <= IntakeLimits.MessageIdLength } text ? text : null;

    private static string Explain(Refusal fault) => fault switch
    {
        Refusal.TooDeep => $"objects and lists stand in one another deeper than {IntakeLimits.Depth}",
        Refusal.NulCharacter => "a text or name holds the character U+0000",
        Refusal.NumberTooLarge => "a number is beyond what a double holds",
        _ => "a text or name is not well-formed Unicode (half a surrogate pair, or bytes that are not UTF-8)",
    };

    private sealed class RefusedException(Refusal refusal, string detail) : Exception(detail)
    {
        public Refusal Refusal => refusal;
    }

    /// <summary>One sound JSON value that should be a message.</summary>
    private sealed class One(ItemReader all, JsonElement item, MessageType? typeOfPath)
    {
        private const int ShownDetails = 10;

        private readonly List<string> details = [];
        private int refusedAttributes;

        /// <summary>The reason of the first attribute that was not taken; null when all were.</summary>
        public Refusal? RefusedAttribute { get; private set; }

        public string RefusedDetails => string.Join("; ", details) + (refusedAttributes > ShownDetails ? $"; and {refusedAttributes - ShownDetails} more" : "");

        public IntakeItem Read()
        {
            if (item.ValueKind != JsonValueKind.Object) throw new RefusedException(Refusal.NotAnObject, $"the message is {Traits.Kind(item)}, not an object");
            var type = Type();
            if (all.allowedTypes is { } allowed && !allowed.Contains(type))
                throw new RefusedException(Refusal.TypeNotAllowed, $"this source may not send {type.Name()}");

            var messageId = Text("messageId", IntakeLimits.MessageIdLength, Refusal.MessageIdTooLong);
            var timestamp = Instant("timestamp");
            // Segment's clients put sentAt beside the batch; some put it into each message.
            var sentAt = Instant("sentAt") ?? all.SentAt;
            var read = Read(type, ClientTime.Correct(timestamp, sentAt, all.ReceivedAt));
            return read with
            {
                MessageId = messageId,
                Key = messageId is null ? null : MessageKey.Of(messageId, timestamp),
                UserId = Id("userId"),
                AnonymousId = Id("anonymousId"),
                VisitedFrom = VisitedFrom(),
            };
        }

        private string? VisitedFrom()
        {
            var page = Of("page");
            return Speaks(Member(page, "search")) ?? Speaks(Member(page, "url"));

            static string? Speaks(JsonElement address) =>
                address.ValueKind == JsonValueKind.String && address.GetString() is { } text && text.Contains(MailLink.Visit.Parameter, StringComparison.Ordinal) ? text : null;
        }

        private MessageType Type()
        {
            if (typeOfPath is { } known) return known;
            var name = Text("type", 40, Refusal.UnknownType);
            return (name is null ? null : MessageTypes.Find(name))
                ?? throw new RefusedException(Refusal.UnknownType, "type must be one of track, identify, page, screen, group, alias");
        }

        private IntakeItem Read(MessageType type, DateTimeOffset at)
        {
            switch (type)
            {
                case MessageType.Track or MessageType.Page or MessageType.Screen:
                {
                    var group = GroupOfContext();
                    if (Id("userId") is null && Id("anonymousId") is null && group is null)
                        throw new RefusedException(Refusal.MissingId, "userId or anonymousId is needed (or context.groupId, for what an account did)");
                    return new IntakeItem.Occurred(EventName(type), Payload(type), group) { OccurredAt = at };
                }

                case MessageType.Identify:
                {
                    RequireSomebody();
                    var traits = ReadTraits(SubjectKind.Contact);
                    return new IntakeItem.Described(traits.Attributes, traits.Roles, GroupOfContext()) { OccurredAt = at };
                }

                case MessageType.Group:
                {
                    var group = Id("groupId") ?? throw new RefusedException(Refusal.MissingGroupId, "groupId is needed");
                    var traits = ReadTraits(SubjectKind.Account);
                    return new IntakeItem.Grouped(group, traits.Attributes, traits.Roles) { OccurredAt = at };
                }

                case MessageType.Alias:
                {
                    var previous = Id("previousId") ?? throw new RefusedException(Refusal.MissingPreviousId, "previousId is needed");
                    if (Id("userId") is null) throw new RefusedException(Refusal.MissingUserId, "userId is needed: it is whom previousId turns out to be");
                    return new IntakeItem.Aliased(previous) { OccurredAt = at };
                }

                default:
                    throw new ArgumentOutOfRangeException(nameof(type), type, null);
            }
        }

        private void RequireSomebody()
        {
            if (Id("userId") is null && Id("anonymousId") is null) throw new RefusedException(Refusal.MissingId, "userId or anonymousId is needed");
        }

        private string EventName(MessageType type)
        {
            if (type != MessageType.Track) return type.Name();
            var name = Text("event", IntakeLimits.EventNameLength, Refusal.EventNameTooLong)?.Trim();
            if (string.IsNullOrEmpty(name)) throw new RefusedException(Refusal.MissingEvent, "event, the name of what happened, is needed");
            if (name.StartsWith(ReservedPrefix, StringComparison.Ordinal))
                throw new RefusedException(Refusal.ReservedEvent, $"names that begin with {ReservedPrefix} are the product's own events");
            return name;
        }

        private ReadOnlyMemory<byte> Payload(MessageType type)
        {
            var properties = Object("properties");
            var planned = all.Plan.Events.GetValueOrDefault(type == MessageType.Track ? EventName(type) : type.Name());
            return type == MessageType.Track
                ? Properties.OfTrack(properties, planned, RefuseAttribute)
                : Properties.OfPage(properties, Member(item, "name"), Member(item, "category"), Member(Context, "page"), planned, RefuseAttribute);
        }

        private Traits ReadTraits(SubjectKind of)
        {
            var traits = new Traits(of, all.Plan, RefuseAttribute);
            if (Object("traits") is { ValueKind: JsonValueKind.Object } given) traits.Read(given);
            if (of == SubjectKind.Contact)
            {
                // What a browser knows of its user counts where nobody said better (SEMANTICS.md 35).
                Guess(traits, "browser_zone", "timezone");
                Guess(traits, "browser_locale", "locale");
            }
            return traits;
        }

        private void Guess(Traits traits, string attribute, string contextField)
        {
            if (Of(contextField) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 and <= IntakeLimits.AttributeNameLength } text)
                traits.Attributes.TryAdd(attribute, AttributeValue.From(text));
        }

        private void RefuseAttribute(Refusal refusal, string detail)
        {
            RefusedAttribute ??= refusal;
            if (refusedAttributes++ < ShownDetails) details.Add(detail);
        }

        private string? GroupOfContext()
        {
            var group = Of("groupId");
            return ReadId("context.groupId", group);
        }

        private JsonElement Context => Member(item, "context") is { ValueKind: JsonValueKind.Object } own ? own : all.SharedContext;

        /// <summary>A field of the message's context, else of the batch's.</summary>
        private JsonElement Of(string field) =>
            Member(Member(item, "context"), field) is { ValueKind: not JsonValueKind.Undefined } own ? own : Member(all.SharedContext, field);

        private static JsonElement Member(JsonElement of, string name) =>
            of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var member) ? member : default;

        /// <summary>A user's, browser's or account's id; null where it is absent, null or blank. Numbers are ids too: servers send them.</summary>
        private string? Id(string name) => ReadId(name, Member(item, name));

        private static string? ReadId(string name, JsonElement value)
        {
            var id = value.ValueKind switch
            {
                JsonValueKind.Undefined or JsonValueKind.Null => "",
                JsonValueKind.String => value.GetString()!.Trim(),
                JsonValueKind.Number when value.TryGetInt64(out _) => value.GetRawText(),
                _ => throw new RefusedException(Refusal.WrongType, $"{name} is {Traits.Kind(value)}, where text belongs"),
            };
            if (id.Length > IntakeLimits.IdLength) throw new RefusedException(Refusal.IdTooLong, $"{name} has {id.Length} characters; {IntakeLimits.IdLength} are allowed");
            return id.Length == 0 ? null : id;
        }

        private string? Text(string name, int maxLength, Refusal tooLong)
        {
            var value = Member(item, name);
            if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return null;
            if (value.ValueKind != JsonValueKind.String) throw new RefusedException(Refusal.WrongType, $"{name} is {Traits.Kind(value)}, where text belongs");
            var text = value.GetString()!;
            if (text.Length > maxLength) throw new RefusedException(tooLong, $"{name} has {text.Length} characters; {maxLength} are allowed");
            return text.Length == 0 ? null : text;
        }

        private JsonElement Object(string name)
        {
            var value = Member(item, name);
            return value.ValueKind is JsonValueKind.Object or JsonValueKind.Undefined or JsonValueKind.Null
                ? value
                : throw new RefusedException(Refusal.WrongType, $"{name} is {Traits.Kind(value)}, where an object belongs");
        }

        private DateTimeOffset? Instant(string name)
        {
            var value = Member(item, name);
            if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return null;
            return ClientTime.Read(value)
                ?? throw new RefusedException(Refusal.BadTimestamp, $"{name} is no instant such as 2026-11-21T09:00:00.000Z");
        }
    }

    private TrackingPlan Plan => plan;

    private DateTimeOffset ReceivedAt => receivedAt;

    private IReadOnlySet<MessageType>? allowedTypes => allowed;

    private DateTimeOffset? SentAt => batchSentAt;

    private JsonElement SharedContext => sharedContext;
}
