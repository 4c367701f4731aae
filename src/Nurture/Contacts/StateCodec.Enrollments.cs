using Nurture.Engine;
using Nurture.Packing;

namespace Nurture.Contacts;

/// <summary>Passages, live and over, with the events that they remember.</summary>
public static partial class StateCodec
{
    private static void WriteEnrollment(PackedWriter w, Enrollment enrollment)
    {
        w.Number(1, enrollment.Id);
        w.Text(2, enrollment.Scenario);
        w.Number(3, enrollment.Version);
        w.Text(4, enrollment.Key);
        w.Number(5, (long)enrollment.Status);
        w.Instant(6, enrollment.EnteredAt);
        w.Text(7, enrollment.Step);
        w.Instant(8, enrollment.StepStartedAt);
        w.Instant(9, enrollment.StepDueAt);
        w.Flag(10, enrollment.IsHeldOut);
        w.Instant(11, enrollment.GoalDeadline);
        w.Instant(12, enrollment.GoalReachedAt);
        foreach (var send in enrollment.Sends)
        {
            w.Message(13, s =>
            {
                s.Text(1, send.Step);
                s.Text(2, send.Template);
                s.Number(3, send.RecipientId);
                s.Number(4, (long)send.Fate);
                s.Instant(5, send.At);
                s.Instant(6, send.ClickedAt);
                s.Instant(7, send.OpenedAt);
                if (send.Occurrence != 0) s.Number(8, send.Occurrence);
                s.Text(20, send.Answer);
                s.Instant(21, send.AnsweredAt);
                s.Flag(22, send.WasReleased);
            });
        }

        if (enrollment.EscalationId != 0) w.Number(14, enrollment.EscalationId);
        w.Flag(15, enrollment.WasHeld);
        w.Text(22, enrollment.AskedFor);
        if (enrollment.Repeat is not null)
        {
            w.Text(17, enrollment.Repeat);
            w.Number(18, enrollment.Iteration);
            w.Instant(19, enrollment.IterationStartedAt);
        }

        w.Flag(20, enrollment.IsBehind);
        w.Instant(60, enrollment.InLineUntil);
        w.Instant(70, enrollment.MissedAt);
        if (enrollment.LastTimeout is var (timedOut, timedOutAt))
        {
            w.Text(71, timedOut);
            w.Instant(72, timedOutAt);
        }

        w.Instant(61, enrollment.TurnUntil);
        w.Text(80, enrollment.DateStep);
        w.Instant(90, enrollment.ArmAskedAt);
        if (enrollment.Arm is { } arm)
        {
            w.Message(91, a =>
            {
                a.Text(1, arm.Name);
                a.Number(2, (long)arm.Ground);
                a.Instant(3, arm.At);
            });
        }

        if (enrollment.CallId != default) w.Bytes(40, enrollment.CallId.ToByteArray());
        if (enrollment.TaskId != 0) w.Number(30, enrollment.TaskId);
        foreach (var approval in enrollment.Approvals)
        {
            w.Message(31, a =>
            {
                a.Number(1, approval.Id);
                a.Text(2, approval.Step);
                a.Number(3, approval.RecipientId);
                a.Number(4, (long)approval.State);
                a.Instant(5, approval.DueAt);
                a.Instant(6, approval.DecidedAt);
                a.Text(7, approval.Subject);
                a.Text(8, approval.Text);
            });
        }

        w.Raw(enrollment.Unknown);
    }

    private static Enrollment ReadEnrollment(ReadOnlySpan<byte> bytes)
    {
        var (id, scenario, version, key, entered) = (0L, "", 0, "", default(DateTimeOffset));
        var head = new PackedReader(bytes);
        while (head.Next())
        {
            if (head.Field == 1) id = head.Number;
            else if (head.Field == 2) scenario = head.Text;
            else if (head.Field == 3) version = (int)head.Number;
            else if (head.Field == 4) key = head.Text;
            else if (head.Field == 6) entered = head.Instant;
        }

        var enrollment = new Enrollment { Id = id, Scenario = scenario, Version = version, Key = key, EnteredAt = entered };
        var reader = new PackedReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1 or 2 or 3 or 4 or 6: break;
                case 5: enrollment.Status = (EnrollmentStatus)reader.Number; break;
                case 7: enrollment.Step = reader.Text; break;
                case 8: enrollment.StepStartedAt = reader.Instant; break;
                case 9: enrollment.StepDueAt = reader.Instant; break;
                case 10: enrollment.IsHeldOut = reader.Flag; break;
                case 11: enrollment.GoalDeadline = reader.Instant; break;
                case 12: enrollment.GoalReachedAt = reader.Instant; break;
                case 13: enrollment.Sends.Add(ReadEnrollmentSend(reader.Bytes)); break;
                case 14: enrollment.EscalationId = reader.Number; break;
                case 15: enrollment.WasHeld = reader.Flag; break;
                // Of older states: a flag, for whatever it stands on.
                case 16: enrollment.AskedFor ??= enrollment.Step; break;
                case 22: enrollment.AskedFor = reader.Text; break;
                case 17: enrollment.Repeat = reader.Text; break;
                case 18: enrollment.Iteration = (int)reader.Number; break;
                case 19: enrollment.IterationStartedAt = reader.Instant; break;
                case 20: enrollment.IsBehind = reader.Flag; break;
                case 60: enrollment.InLineUntil = reader.Instant; break;
                case 70: enrollment.MissedAt = reader.Instant; break;
                case 71: enrollment.LastTimeout = (reader.Text, default); break;
                case 72: enrollment.LastTimeout = (enrollment.LastTimeout?.Step ?? "", reader.Instant); break;
                case 61: enrollment.TurnUntil = reader.Instant; break;
                case 80: enrollment.DateStep = reader.Text; break;
                case 90: enrollment.ArmAskedAt = reader.Instant; break;
                case 91: enrollment.Arm = ReadArm(reader.Bytes); break;
                case 40: enrollment.CallId = new Guid(reader.Bytes); break;
                case 30: enrollment.TaskId = reader.Number; break;
                case 31: enrollment.Approvals.Add(ReadApproval(reader.Bytes)); break;
                default: enrollment.Unknown = [.. enrollment.Unknown, .. reader.Whole]; break;
            }
        }

        return enrollment;
    }

    private static GivenArm ReadArm(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackedReader(bytes);
        var (name, ground, at) = ("", ArmGround.Tested, default(DateTimeOffset));
        while (reader.Next())
        {
            if (reader.Field == 1) name = reader.Text;
            else if (reader.Field == 2) ground = (ArmGround)reader.Number;
            else if (reader.Field == 3) at = reader.Instant;
        }

        return new(name, ground, at);
    }

    private static Approval ReadApproval(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackedReader(bytes);
        var (id, step, recipient, state, due, decided, subject, text) = (0L, "", 0L, ApprovalState.Waiting, default(DateTimeOffset), (DateTimeOffset?)null, "", "");
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.Number; break;
                case 2: step = reader.Text; break;
                case 3: recipient = reader.Number; break;
                case 4: state = (ApprovalState)reader.Number; break;
                case 5: due = reader.Instant; break;
                case 6: decided = reader.Instant; break;
                case 7: subject = reader.Text; break;
                case 8: text = reader.Text; break;
            }
        }

        return new Approval { Id = id, Step = step, RecipientId = recipient, State = state, DueAt = due, DecidedAt = decided, Subject = subject, Text = text };
    }

    private static EnrollmentSend ReadEnrollmentSend(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackedReader(bytes);
        var send = new EnrollmentSend();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: send.Step = reader.Text; break;
                case 2: send.Template = reader.Text; break;
                case 3: send.RecipientId = reader.Number; break;
                case 4: send.Fate = (EnrollmentSendFate)reader.Number; break;
                case 22: send.WasReleased = reader.Flag; break;
                case 5: send.At = reader.Instant; break;
                case 6: send.ClickedAt = reader.Instant; break;
                case 7: send.OpenedAt = reader.Instant; break;
                case 8: send.Occurrence = (int)reader.Number; break;
                case 20: send.Answer = reader.Text; break;
                case 21: send.AnsweredAt = reader.Instant; break;
            }
        }

        return send;
    }

    private static void WriteEnrollmentEvents(PackedWriter w, Enrollment enrollment)
    {
        w.Number(1, enrollment.Id);
        if (enrollment.Trigger is { } trigger) w.Message(2, e => WriteEvent(e, trigger));
        if (enrollment.Heard is { } heard) w.Message(3, e => WriteEvent(e, heard));
        foreach (var (key, happened) in enrollment.EventsSinceEntry)
        {
            w.Message(4, m =>
            {
                m.Text(1, key);
                m.Message(2, e => WriteEvent(e, happened));
            });
        }

        if (enrollment.Response is { } response) w.Message(20, e => WriteEvent(e, response));
    }

    private static void ReadEnrollmentEvents(ReadOnlySpan<byte> bytes, SubjectState state)
    {
        var reader = new PackedReader(bytes);
        Enrollment? enrollment = null;
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                var id = reader.Number;
                enrollment = state.Enrollments.Find(e => e.Id == id) ?? throw new PackedFormatException($"events of an enrollment {id} that is not there");
            }
            else if (enrollment is null) throw new PackedFormatException("an enrollment's events begin with its id");
            else if (reader.Field == 2) enrollment.Trigger = ReadEvent(reader.Bytes);
            else if (reader.Field == 3) enrollment.Heard = ReadEvent(reader.Bytes);
            else if (reader.Field == 20) enrollment.Response = ReadEvent(reader.Bytes);
            else if (reader.Field == 4)
            {
                var (key, happened) = ("", (OccurredEvent?)null);
                var entry = new PackedReader(reader.Bytes);
                while (entry.Next())
                {
                    if (entry.Field == 1) key = entry.Text;
                    else if (entry.Field == 2) happened = ReadEvent(entry.Bytes);
                }

                enrollment.EventsSinceEntry[key] = happened ?? throw new PackedFormatException($"the predicate {key} has no event");
            }
        }
    }

    private static void WritePassage(PackedWriter w, Passage passage)
    {
        w.Text(1, passage.Scenario);
        w.Text(2, passage.Key);
        w.Instant(3, passage.EnteredAt);
        w.Instant(4, passage.EndedAt);
        w.Number(5, passage.Count);
    }

    private static Passage ReadPassage(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackedReader(bytes);
        var passage = new Passage("", "", default, default, 0);
        while (reader.Next())
        {
            passage = reader.Field switch
            {
                1 => passage with { Scenario = reader.Text },
                2 => passage with { Key = reader.Text },
                3 => passage with { EnteredAt = reader.Instant },
                4 => passage with { EndedAt = reader.Instant },
                5 => passage with { Count = (int)reader.Number },
                _ => passage,
            };
        }

        return passage;
    }

    private static void WritePending(PackedWriter w, PendingEntry entry)
    {
        w.Text(1, entry.Scenario);
        if (entry.Trigger is { } trigger) w.Message(2, e => WriteEvent(e, trigger));
        w.Instant(3, entry.Until);
        w.Flag(4, entry.IsDelayed);
        w.Flag(5, entry.IsBehind);
        w.Number(6, entry.Place);
    }

    private static PendingEntry ReadPending(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackedReader(bytes);
        var (scenario, trigger, until, isDelayed, isBehind, place) = ("", (OccurredEvent?)null, default(DateTimeOffset), false, false, 0L);
        while (reader.Next())
        {
            if (reader.Field == 1) scenario = reader.Text;
            else if (reader.Field == 2) trigger = ReadEvent(reader.Bytes);
            else if (reader.Field == 3) until = reader.Instant;
            else if (reader.Field == 4) isDelayed = reader.Flag;
            else if (reader.Field == 5) isBehind = reader.Flag;
            else if (reader.Field == 6) place = reader.Number;
        }

        return new PendingEntry(scenario, trigger, until, isDelayed, isBehind, place);
    }

    internal static void WriteEvent(PackedWriter w, OccurredEvent happened)
    {
        w.Number(1, happened.Id);
        w.Text(2, happened.Name);
        w.Number(3, happened.ContactId);
        w.Number(4, happened.AccountId);
        w.Instant(5, happened.OccurredAt);
        w.Instant(6, happened.ReceivedAt);
        if (happened.Properties.Length > 0) w.Bytes(7, happened.Properties.Span);
    }

    internal static OccurredEvent ReadEvent(ReadOnlySpan<byte> bytes)
    {
        var reader = new PackedReader(bytes);
        var (id, name, contact, account) = (0L, "", 0L, 0L);
        var (occurred, received, properties) = (default(DateTimeOffset), default(DateTimeOffset), Array.Empty<byte>());
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.Number; break;
                case 2: name = reader.Text; break;
                case 3: contact = reader.Number; break;
                case 4: account = reader.Number; break;
                case 5: occurred = reader.Instant; break;
                case 6: received = reader.Instant; break;
                case 7: properties = reader.Bytes.ToArray(); break;
            }
        }

        return new OccurredEvent(id, name, contact, account, occurred, received, properties);
    }
}
