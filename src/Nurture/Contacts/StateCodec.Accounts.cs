using Nurture.Escalations;
using Nurture.Health;
using Nurture.Packing;
using Nurture.Scenarios;

namespace Nurture.Contacts;

/// <summary>What accounts alone have: their people, health, open cases and holds.</summary>
public static partial class StateCodec
{
    private static void WriteAccount(PackedWriter hot, PackedWriter cold, AccountState account)
    {
        foreach (var member in account.Members.Values) cold.Message(50, w => WriteMember(w, member));
        if (account.Health is { } health)
        {
            hot.Message(20, w =>
            {
                w.Text(1, health.Definition);
                w.Number(2, health.Version);
                if (health.Score is { } score) w.Double(3, score);
                w.Number(4, (long)health.Band);
                w.Instant(5, health.BandSince);
                if (health.Meaning != 0) w.Number(6, health.Meaning);
            });
        }

        foreach (var escalation in account.Escalations) hot.Message(21, w => WriteEscalation(w, escalation));
        foreach (var hold in account.Holds) hot.Message(22, w => WriteHold(w, hold));
        if (account.QuietUntil != default) hot.Instant(23, account.QuietUntil);
        if (account.MergedInto != 0) hot.Number(24, account.MergedInto);
        if (account.IsGathering) hot.Flag(25, true);
        foreach (var absorbed in account.Absorbed) cold.Number(54, absorbed);
        foreach (var seat in account.Seats)
        {
            cold.Message(53, w =>
            {
                w.Text(1, seat.Scenario);
                w.Number(2, seat.ContactId);
                w.Flag(3, seat.IsTaken);
                if (seat.Trigger is { } trigger) w.Message(4, e => WriteEvent(e, trigger));
            });
        }

        foreach (var closed in account.ClosedFamilies)
        {
            cold.Message(52, w =>
            {
                w.Text(1, closed.Family);
                w.Number(2, closed.Count);
                w.Instant(3, closed.CoolUntil);
            });
        }
    }

    private static bool ReadAccount(PackedReader reader, AccountState account)
    {
        switch (reader.Field)
        {
            case 20: account.Health = ReadHealth(reader.Bytes); return true;
            case 21: account.Escalations.Add(ReadEscalation(reader.Bytes)); return true;
            case 22: account.Holds.Add(ReadHold(reader.Bytes)); return true;
            case 23: account.QuietUntil = reader.Instant; return true;
            case 24: account.MergedInto = reader.Number; return true;
            case 25: account.IsGathering = reader.Flag; return true;
            case 54: account.Absorbed.Add(reader.Number); return true;
            case 50: ReadMember(reader.Bytes, account); return true;
            case 53: account.Seats.Add(ReadSeat(reader.Bytes)); return true;
            case 52: account.ClosedFamilies.Add(ReadClosed(reader.Bytes)); return true;
            default: return false;
        }
    }

    private static Seat ReadSeat(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackedReader(bytes);
        var seat = new Seat("", 0, false, null);
        while (reader.Next())
        {
            seat = reader.Field switch
            {
                1 => seat with { Scenario = reader.Text },
                2 => seat with { ContactId = reader.Number },
                3 => seat with { IsTaken = reader.Flag },
                4 => seat with { Trigger = ReadEvent(reader.Bytes) },
                _ => seat,
            };
        }

        return seat;
    }

    private static HealthState ReadHealth(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackedReader(bytes);
        var health = new HealthState("", 0, null, HealthBand.Unknown, default);
        while (reader.Next())
        {
            health = reader.Field switch
            {
                1 => health with { Definition = reader.Text },
                2 => health with { Version = (int)reader.Number },
                3 => health with { Score = reader.Double },
                4 => health with { Band = (HealthBand)reader.Number },
                5 => health with { BandSince = reader.Instant },
                6 => health with { Meaning = reader.Number },
                _ => health,
            };
        }

        return health;
    }

    private static void WriteEscalation(PackedWriter w, EscalationState escalation)
    {
        w.Number(1, escalation.Id);
        w.Text(2, escalation.Type);
        w.Text(3, escalation.Family);
        w.Instant(4, escalation.OpenedAt);
        w.Instant(5, escalation.AcknowledgedAt);
        if (escalation.Assignee is { } assignee) w.Text(6, assignee);
        w.Instant(7, escalation.SnoozedUntil);
        foreach (var joiner in escalation.Joiners)
        {
            w.Message(8, j =>
            {
                j.Number(1, (long)joiner.Subject.Kind);
                j.Number(2, joiner.Subject.Id);
                j.Number(3, joiner.EnrollmentId);
            });
        }

        w.Instant(9, escalation.Clocks.AcknowledgeBy);
        w.Instant(10, escalation.Clocks.ResolveBy);
        w.Instant(11, escalation.Clocks.RemindAt);
        foreach (var pause in escalation.Pauses)
        {
            w.Message(12, p =>
            {
                p.Instant(1, pause.From);
                p.Instant(2, pause.Until);
            });
        }

        foreach (var absorbed in escalation.Absorbed) w.Number(13, absorbed);
        w.Number(14, (long?)escalation.Priority ?? 0);
        w.Raw(escalation.Unknown);
    }

    private static EscalationState ReadEscalation(ReadOnlySpan<byte> bytes)
    {
        var (id, type, family, openedAt) = (0L, "", "", default(DateTimeOffset));
        var head = new PackedReader(bytes);
        while (head.Next())
        {
            if (head.Field == 1) id = head.Number;
            else if (head.Field == 2) type = head.Text;
            else if (head.Field == 3) family = head.Text;
            else if (head.Field == 4) openedAt = head.Instant;
        }

        var escalation = new EscalationState { Id = id, Type = type, Family = family, OpenedAt = openedAt };
        var reader = new PackedReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1 or 2 or 3 or 4: break;
                case 5: escalation.AcknowledgedAt = reader.Instant; break;
                case 6: escalation.Assignee = reader.Text; break;
                case 7: escalation.SnoozedUntil = reader.Instant; break;
                case 8: escalation.Joiners.Add(ReadJoiner(reader.Bytes)); break;
                case 9: escalation.Clocks = escalation.Clocks with { AcknowledgeBy = reader.Instant }; break;
                case 10: escalation.Clocks = escalation.Clocks with { ResolveBy = reader.Instant }; break;
                case 11: escalation.Clocks = escalation.Clocks with { RemindAt = reader.Instant }; break;
                case 12: escalation.Pauses.Add(ReadPause(reader.Bytes)); break;
                case 13: escalation.Absorbed.Add(reader.Number); break;
                case 14: escalation.Priority = (EscalationPriority)reader.Number; break;
                default: escalation.Unknown = [.. escalation.Unknown, .. reader.Whole]; break;
            }
        }

        return escalation;
    }

    private static CasePause ReadPause(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackedReader(bytes);
        var pause = new CasePause(default, default);
        while (reader.Next())
        {
            pause = reader.Field switch
            {
                1 => pause with { From = reader.Instant },
                2 => pause with { Until = reader.Instant },
                _ => pause,
            };
        }

        return pause;
    }

    private static Joiner ReadJoiner(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackedReader(bytes);
        var (kind, id, enrollment) = (SubjectKind.Contact, 0L, 0L);
        while (reader.Next())
        {
            if (reader.Field == 1) kind = (SubjectKind)reader.Number;
            else if (reader.Field == 2) id = reader.Number;
            else if (reader.Field == 3) enrollment = reader.Number;
        }

        return new(new SubjectRef(kind, id), enrollment);
    }

    private static void WriteHold(PackedWriter w, Hold hold)
    {
        w.Text(1, hold.Source);
        w.Instant(2, hold.Since);
        w.Instant(3, hold.Until);
        w.Text(4, hold.Because);
        foreach (var blocked in hold.Blocks.Classes) w.Number(5, (long)blocked);
        w.Number(6, (long)hold.Quiet.TotalMilliseconds);
        foreach (var topic in hold.Blocks.Topics) w.Text(7, topic);
    }

    private static Hold ReadHold(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackedReader(bytes);
        var (source, since, until, because, blocks, quiet) = ("", default(DateTimeOffset), default(DateTimeOffset), "", new List<SendClass>(), 0L);
        var topics = new List<string>();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: source = reader.Text; break;
                case 2: since = reader.Instant; break;
                case 3: until = reader.Instant; break;
                case 4: because = reader.Text; break;
                case 5: blocks.Add((SendClass)reader.Number); break;
                case 6: quiet = reader.Number; break;
                case 7: topics.Add(reader.Text); break;
            }
        }

        return new(source, since, until, because, new(blocks, topics), TimeSpan.FromMilliseconds(quiet));
    }

    private static ClosedFamily ReadClosed(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackedReader(bytes);
        var closed = new ClosedFamily("", 0, default);
        while (reader.Next())
        {
            closed = reader.Field switch
            {
                1 => closed with { Family = reader.Text },
                2 => closed with { Count = (int)reader.Number },
                3 => closed with { CoolUntil = reader.Instant },
                _ => closed,
            };
        }

        return closed;
    }
}
