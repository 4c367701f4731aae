using System.Runtime.CompilerServices;
using Nurture.Criteria;
using Nurture.Engine;
using Nurture.Packing;
using Nurture.Sessions;

namespace Nurture.Contacts;

/// <summary>A state as stored: one row, and a second one for what is cold when the first would grow beyond <see cref="StateCodec.HotBytes"/>.</summary>
public readonly record struct PackedState(byte[] Doc, byte[]? Rest);

/// <summary>A contact's address, and when it was said: of two words of it the later one holds.</summary>
public readonly record struct SaidEmail(string Address, DateTimeOffset At);

/// <summary>
/// The stored form of a subject's state: a version byte, a byte that says whether a second row holds the cold part, then
/// tagged fields. A build reads this version and the one before and keeps fields it does not know. Field numbers are
/// never reused; golden blobs of each version stay in the tests.
/// </summary>
public static partial class StateCodec
{
    /// <summary>Hot rows stay under this; beyond it the database pays five times for an update (DESIGN.md §4).</summary>
    public const int HotBytes = 1800;

    private const byte Version = 1;

    public static PackedState Pack(SubjectState state)
    {
        var hot = new PackedWriter();
        // What changes with each passage, and what seldom changes; in one row their fields stand in the order of their numbers.
        var (triggers, passages) = (new PackedWriter(), new PackedWriter());
        var (attributes, cold) = (new PackedWriter(), new PackedWriter());
        hot.Number(1, state.Id);
        hot.Instant(2, state.CreatedAt);
        foreach (var (key, counter) in state.Counters) hot.Message(3, w => WriteCounter(w, key, counter));
        foreach (var enrollment in state.Enrollments)
        {
            hot.Message(4, w => WriteEnrollment(w, enrollment));
            triggers.Message(41, w => WriteEnrollmentEvents(w, enrollment));
        }

        foreach (var (scenario, was) in state.TriggerMemory)
        {
            hot.Message(5, w =>
            {
                w.Text(1, scenario);
                w.Flag(2, was);
            });
        }

        foreach (var (name, stamped) in state.Attributes) attributes.Message(42, w => WriteAttribute(w, name, stamped));
        foreach (var passage in state.Passages) passages.Message(43, w => WritePassage(w, passage));
        foreach (var entry in state.PendingEntries) passages.Message(44, w => WritePending(w, entry));
        foreach (var list in state.Lists) cold.Text(45, list);
        foreach (var (split, arm) in state.Splits)
        {
            cold.Message(46, w =>
            {
                w.Text(1, split);
                w.Text(2, arm);
            });
        }

        switch (state)
        {
            case ContactState contact: WriteContact(hot, cold, contact); break;
            case AccountState account: WriteAccount(hot, cold, account); break;
        }

        if (state.LivedUntil != default) hot.Instant(6, state.LivedUntil);
        if (state.RememberedAt != default) hot.Instant(7, state.RememberedAt);
        hot.Raw(state.Unknown);
        // The second row holds what seldom changes, and the passages too only where the first has no room for them.
        var (warmBytes, coldBytes) = (triggers.Length + passages.Length, attributes.Length + cold.Length);
        var isWarmHot = hot.Length + warmBytes + 2 <= HotBytes;
        var isColdHot = isWarmHot && hot.Length + warmBytes + coldBytes + 2 <= HotBytes;
        byte[] rest = [.. When(!isWarmHot, triggers), .. When(!isColdHot, attributes), .. When(!isWarmHot, passages), .. When(!isColdHot, cold)];
        byte[] doc =
        [
            Version, rest.Length == 0 ? (byte)0 : (byte)1, .. hot.Written,
            .. When(isWarmHot, triggers), .. When(isColdHot, attributes), .. When(isWarmHot, passages), .. When(isColdHot, cold),
        ];
        return new PackedState(doc, rest.Length == 0 ? null : rest);

        static ReadOnlySpan<byte> When(bool isHere, PackedWriter part) => isHere ? part.Written : [];
    }

    /// <summary>Whether the row's cold part is in a second row.</summary>
    public static bool HasRest(ReadOnlySpan<byte> doc) => doc.Length > 1 && doc[1] == 1;

    public static ContactState UnpackContact(ReadOnlySpan<byte> doc, ReadOnlySpan<byte> rest) => Unpack(doc, rest, id => new ContactState { Id = id });

    public static AccountState UnpackAccount(ReadOnlySpan<byte> doc, ReadOnlySpan<byte> rest) => Unpack(doc, rest, id => new AccountState { Id = id });

    /// <summary>The contact's address without reading the rest of its state; null where it has none, or cannot be read.</summary>
    public static SaidEmail? TryReadEmail(ReadOnlySpan<byte> doc, ReadOnlySpan<byte> rest)
    {
        if (doc.Length < 2 || doc[0] != Version) return null;
        try
        {
            return FindEmail(doc[2..]) ?? FindEmail(rest);
        }
        catch (PackedFormatException)
        {
            // Whoever unpacks it parks the one subject; here all would be stopped by it.
            return null;
        }
    }

    private static SaidEmail? FindEmail(ReadOnlySpan<byte> fields)
    {
        var reader = new PackedReader(fields);
        while (reader.Next())
        {
            if (reader.Field != 42) continue;
            var attribute = new PackedReader(reader.Bytes);
            var (isEmail, at) = (false, default(DateTimeOffset));
            while (attribute.Next())
            {
                if (attribute.Field == 1) isEmail = attribute.Bytes.SequenceEqual("email"u8);
                else if (attribute.Field == 2) at = attribute.Instant;
                else if (attribute.Field == 6 && isEmail) return new(attribute.Text, at);
            }
        }

        return null;
    }

    private static T Unpack<T>(ReadOnlySpan<byte> doc, ReadOnlySpan<byte> rest, Func<long, T> create)
        where T : SubjectState
    {
        if (doc.Length < 2) throw new PackedFormatException("a state has at least two bytes");
        // Of one further on it is believed; any other number is a broken byte.
        if (doc[0] == Version + 1) throw new NewerFormatException($"a state of format {doc[0]}; this build reads format {Version}");
        if (doc[0] is not Version) throw new PackedFormatException($"a state of format {doc[0]}; this build reads format {Version}");
        var reader = new PackedReader(doc[2..]);
        if (!reader.Next() || reader.Field != 1) throw new PackedFormatException("a state begins with its subject's id");
        var state = create(reader.Number);
        try
        {
            Read(doc[2..], state);
            Read(rest, state);
        }
        catch (Exception e) when (e is ArgumentException or SwitchExpressionException)
        {
            // An instant out of range, a kind that no build has had.
            throw new PackedFormatException(e.Message);
        }

        return state;
    }

    private static void Read(ReadOnlySpan<byte> fields, SubjectState state)
    {
        var reader = new PackedReader(fields);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: break;
                case 2: state.CreatedAt = reader.Instant; break;
                case 3: ReadCounter(reader.Bytes, state); break;
                case 4: state.Enrollments.Add(ReadEnrollment(reader.Bytes)); break;
                case 5: ReadTriggerMemory(reader.Bytes, state); break;
                case 6: state.LivedUntil = reader.Instant; break;
                case 7: state.RememberedAt = reader.Instant; break;
                case 41: ReadEnrollmentEvents(reader.Bytes, state); break;
                case 42: ReadAttribute(reader.Bytes, state); break;
                case 43: state.Passages.Add(ReadPassage(reader.Bytes)); break;
                case 44: state.PendingEntries.Add(ReadPending(reader.Bytes)); break;
                case 45: state.Lists.Add(reader.Text); break;
                case 46: ReadSplit(reader.Bytes, state); break;
                default:
                    var isRead = state switch
                    {
                        ContactState contact => ReadContact(reader, contact),
                        AccountState account => ReadAccount(reader, account),
                        _ => throw new InvalidOperationException($"No fields of {state.GetType().Name}."),
                    };
                    if (!isRead) state.Unknown = [.. state.Unknown, .. reader.Whole];
                    break;
            }
        }
    }

    private static void WriteContact(PackedWriter hot, PackedWriter cold, ContactState contact)
    {
        hot.Number(10, contact.AccountId);
        hot.Number(11, contact.Hop);
        foreach (var role in contact.Roles) hot.Text(12, role);
        hot.Number(13, (long)contact.Status);
        hot.Number(14, (long)contact.Basis);
        if (contact.Basis != ConsentBasis.None) hot.Instant(15, contact.BasisAt);
        foreach (var (topic, at) in contact.Refusals)
        {
            hot.Message(16, w =>
            {
                w.Text(1, topic);
                w.Instant(2, at);
            });
        }

        hot.Ascending(17, contact.CountedSends);
        if (contact.LastActiveAt != default) hot.Instant(18, contact.LastActiveAt);
        hot.Flag(19, contact.IsKnown);
        hot.Flag(65, contact.IsInternal);
        foreach (var hold in contact.Holds) hot.Message(67, w => WriteHold(w, hold));
        if (contact.QuietUntil != default) hot.Instant(68, contact.QuietUntil);
        hot.Flag(69, contact.IsBroughtIn);
        foreach (var membership in contact.Memberships) cold.Number(51, membership);
        foreach (var absorbed in contact.Absorbed) cold.Number(66, absorbed);
        foreach (var (session, part) in contact.Sessions)
        {
            cold.Message(64, w =>
            {
                w.Text(1, session);
                w.Number(2, (long)part.Registration);
                w.Number(3, part.Told);
            });
        }
    }

    private static bool ReadContact(PackedReader reader, ContactState contact)
    {
        switch (reader.Field)
        {
            case 10: contact.AccountId = reader.Number; return true;
            case 11: contact.Hop = (int)reader.Number; return true;
            case 12: contact.Roles.Add(reader.Text); return true;
            case 13: contact.Status = (ContactStatus)reader.Number; return true;
            case 14: contact.Basis = (ConsentBasis)reader.Number; return true;
            case 15: contact.BasisAt = reader.Instant; return true;
            case 16:
                var (topic, at) = ("", default(DateTimeOffset));
                var refusal = new PackedReader(reader.Bytes);
                while (refusal.Next())
                {
                    if (refusal.Field == 1) topic = refusal.Text;
                    else if (refusal.Field == 2) at = refusal.Instant;
                }

                contact.Refusals[topic] = at;
                return true;
            case 17: reader.Ascending(contact.CountedSends); return true;
            case 18: contact.LastActiveAt = reader.Instant; return true;
            case 19: contact.IsKnown = reader.Flag; return true;
            case 65: contact.IsInternal = reader.Flag; return true;
            case 67: contact.Holds.Add(ReadHold(reader.Bytes)); return true;
            case 68: contact.QuietUntil = reader.Instant; return true;
            case 69: contact.IsBroughtIn = reader.Flag; return true;
            case 51: contact.Memberships.Add(reader.Number); return true;
            case 66: contact.Absorbed.Add(reader.Number); return true;
            case 64:
                var (session, registration, told) = ("", Registration.None, 0);
                var part = new PackedReader(reader.Bytes);
                while (part.Next())
                {
                    if (part.Field == 1) session = part.Text;
                    else if (part.Field == 2) registration = (Registration)part.Number;
                    else if (part.Field == 3) told = (int)part.Number;
                }

                contact.Sessions[session] = new(registration, told);
                return true;
            default: return false;
        }
    }

    private static void WriteMember(PackedWriter w, Member member)
    {
        w.Number(1, member.ContactId);
        foreach (var role in member.Roles) w.Text(2, role);
        w.Instant(3, member.JoinedAt);
        if (member.LastActiveAt != default) w.Instant(4, member.LastActiveAt);
        w.Flag(5, member.HasLeft);
        w.Flag(6, member.IsEnrolled);
        w.Flag(7, member.IsInternal);
    }

    private static void ReadMember(ReadOnlySpan<byte> bytes, AccountState account)
    {
        var reader = new PackedReader(bytes);
        Member? member = null;
        while (reader.Next())
        {
            if (reader.Field == 1) member = account.Members[reader.Number] = new Member { ContactId = reader.Number };
            else if (member is null) throw new PackedFormatException("a member begins with its contact");
            else if (reader.Field == 2) member.Roles.Add(reader.Text);
            else if (reader.Field == 3) member.JoinedAt = reader.Instant;
            else if (reader.Field == 4) member.LastActiveAt = reader.Instant;
            else if (reader.Field == 5) member.HasLeft = reader.Flag;
            else if (reader.Field == 6) member.IsEnrolled = reader.Flag;
            else if (reader.Field == 7) member.IsInternal = reader.Flag;
        }
    }

    private static void WriteCounter(PackedWriter w, long key, Counter counter)
    {
        w.Number(1, key);
        w.Ascending(2, counter.Times);
        w.Ascending(3, counter.People);
        w.Ascending(4, counter.Amounts);
        w.Decimals(5, counter.Values);
        w.Ascending(6, counter.Parts);
        w.Decimals(7, counter.PartValues);
        w.Ascending(8, counter.PartAmounts);
    }

    private static void ReadCounter(ReadOnlySpan<byte> bytes, SubjectState state)
    {
        var reader = new PackedReader(bytes);
        var counter = new Counter();
        var key = 0L;
        while (reader.Next())
        {
            if (reader.Field == 1) key = reader.Number;
            else if (reader.Field == 2) reader.Ascending(counter.Times);
            else if (reader.Field == 3) reader.Ascending(counter.People);
            else if (reader.Field == 4) reader.Ascending(counter.Amounts);
            else if (reader.Field == 5) reader.Decimals(counter.Values);
            else if (reader.Field == 6) reader.Ascending(counter.Parts);
            else if (reader.Field == 7) reader.Decimals(counter.PartValues);
            else if (reader.Field == 8) reader.Ascending(counter.PartAmounts);
        }

        state.Counters[key] = counter;
    }

    private static void ReadTriggerMemory(ReadOnlySpan<byte> bytes, SubjectState state)
    {
        var reader = new PackedReader(bytes);
        var (scenario, was) = ("", false);
        while (reader.Next())
        {
            if (reader.Field == 1) scenario = reader.Text;
            else if (reader.Field == 2) was = reader.Flag;
        }

        state.TriggerMemory[scenario] = was;
    }

    private static void ReadSplit(ReadOnlySpan<byte> bytes, SubjectState state)
    {
        var reader = new PackedReader(bytes);
        var (split, arm) = ("", "");
        while (reader.Next())
        {
            if (reader.Field == 1) split = reader.Text;
            else if (reader.Field == 2) arm = reader.Text;
        }

        state.Splits[split] = arm;
    }

    private static void WriteAttribute(PackedWriter w, string name, StampedValue stamped)
    {
        w.Text(1, name);
        w.Instant(2, stamped.At);
        w.Number(3, (long)stamped.Value.Kind);
        switch (stamped.Value.Kind)
        {
            case ValueKind.Null: break;
            case ValueKind.Boolean: w.Flag(4, stamped.Value.AsBoolean); break;
            case ValueKind.Number: w.Double(5, stamped.Value.AsNumber); break;
            case ValueKind.Text: w.Text(6, stamped.Value.AsText); break;
            case ValueKind.Instant: w.Instant(7, stamped.Value.AsInstant); break;
            case ValueKind.Date: w.Number(8, stamped.Value.AsDate.DayNumber); break;
        }
    }

    private static void ReadAttribute(ReadOnlySpan<byte> bytes, SubjectState state)
    {
        var reader = new PackedReader(bytes);
        var (name, at, kind) = ("", default(DateTimeOffset), ValueKind.Null);
        var (flag, number, text, instant, day) = (false, 0d, "", default(DateTimeOffset), 0);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: name = reader.Text; break;
                case 2: at = reader.Instant; break;
                case 3: kind = (ValueKind)reader.Number; break;
                case 4: flag = reader.Flag; break;
                case 5: number = reader.Double; break;
                case 6: text = reader.Text; break;
                case 7: instant = reader.Instant; break;
                case 8: day = (int)reader.Number; break;
            }
        }

        state.Attributes[name] = new StampedValue(kind switch
        {
            ValueKind.Null => AttributeValue.Null,
            ValueKind.Boolean => AttributeValue.From(flag),
            ValueKind.Number => AttributeValue.From(number),
            ValueKind.Text => AttributeValue.From(text),
            ValueKind.Instant => AttributeValue.From(instant),
            ValueKind.Date => AttributeValue.From(DateOnly.FromDayNumber(day)),
        }, at);
    }
}
