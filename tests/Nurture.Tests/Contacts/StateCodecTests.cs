using System.Text;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Engine;

namespace Nurture.Tests.Contacts;

/// <summary>States are read for years: what one build writes, the next ones must read.</summary>
public class StateCodecTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 2, 10, 0, 0, 123, TimeSpan.Zero);

    [Fact]
    public void The_golden_contact_of_format_1_is_read_and_written_again_to_the_byte()
    {
        var golden = Golden("contact.v1.hex");

        var state = StateCodec.UnpackContact(golden, default);

        Assert.Equal(golden, StateCodec.Pack(state).Doc);
        Assert.Equal("ann@example.com", state.Email);
        Assert.Equal(At, state.Enrollments[0].EnteredAt);
        Assert.Equal("trial", state.Enrollments[0].Trigger!["plan"].AsText);
        Assert.Equal([1L, 5L, 9L], state.Counters[42].Times);
    }

    [Fact]
    public void The_golden_account_of_format_1_is_read_and_written_again_to_the_byte()
    {
        var golden = Golden("account.v1.hex");

        var state = StateCodec.UnpackAccount(golden, default);

        Assert.Equal(golden, StateCodec.Pack(state).Doc);
        Assert.Equal(["admin"], state.Members[7].Roles);
        Assert.Equal(new DateOnly(2027, 1, 31), state["contract_end"].AsDate);
    }

    [Fact]
    public void The_golden_files_are_what_this_build_writes()
    {
        Assert.Equal(Golden("contact.v1.hex"), StateCodec.Pack(Contact()).Doc);
        Assert.Equal(Golden("account.v1.hex"), StateCodec.Pack(Account()).Doc);
    }

    [Fact]
    public void Fields_of_a_newer_build_are_kept()
    {
        // Field 99, two bytes of something: tag 99 << 3 | 2.
        byte[] newer = [.. StateCodec.Pack(new ContactState { Id = 3, CreatedAt = At }).Doc, 0x9A, 0x06, 0x02, 0xCA, 0xFE];

        var again = StateCodec.Pack(StateCodec.UnpackContact(newer, default));

        Assert.EndsWith("9A0602CAFE", Convert.ToHexString(again.Doc), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_cold_goes_to_a_second_row_when_the_first_grows()
    {
        var contact = Contact();
        for (var i = 0; i < 100; i++) contact.Set($"attribute_{i}", AttributeValue.From(new string('x', 30)), At);

        var packed = StateCodec.Pack(contact);

        Assert.True(packed.Doc.Length <= StateCodec.HotBytes);
        Assert.True(StateCodec.HasRest(packed.Doc));
        Assert.Equal(contact.Attributes, StateCodec.UnpackContact(packed.Doc, packed.Rest).Attributes);
        Assert.Equal("ann@example.com", StateCodec.TryReadEmail(packed.Doc, packed.Rest)?.Address);
    }

    [Fact]
    public void A_passage_that_ends_leaves_the_second_row_as_it_was()
    {
        var contact = Contact();
        for (var i = 0; i < 100; i++) contact.Set($"attribute_{i}", AttributeValue.From(new string('x', 30)), At);
        var before = StateCodec.Pack(contact);

        contact.Passages.Add(new Passage("another", "", At, At.AddDays(1), 1));
        var after = StateCodec.Pack(contact);

        Assert.Equal(before.Rest, after.Rest);
        Assert.Equal(contact.Passages, StateCodec.UnpackContact(after.Doc, after.Rest).Passages);
    }

    [Fact]
    public void Anything_else_is_refused_with_a_clear_error()
    {
        var random = new Random(5);
        var good = StateCodec.Pack(Contact()).Doc;
        for (var i = 0; i < 5000; i++)
        {
            var bad = good.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--) bad[random.Next(bad.Length)] = (byte)random.Next(256);
            StateCodec.TryReadEmail(bad, default);
            try
            {
                StateCodec.UnpackContact(bad.AsSpan(0, random.Next(bad.Length + 1)), default);
            }
            catch (Exception said) when (said is Packing.PackedFormatException or Packing.NewerFormatException)
            {
                // Said, not guessed.
            }
        }
    }

    [Fact]
    public void A_state_of_a_newer_format_is_no_broken_one()
    {
        var newer = StateCodec.Pack(Contact()).Doc;
        newer[0]++;

        Assert.Throws<Packing.NewerFormatException>(() => StateCodec.UnpackContact(newer, default));
        Assert.Null(StateCodec.TryReadEmail(newer, default));
    }

    [Fact]
    public void Registrations_for_sessions_are_kept()
    {
        var contact = Contact();
        contact.Sessions["demo"] = new(Nurture.Sessions.Registration.Waiting, 3);

        var packed = StateCodec.Pack(contact);

        Assert.Equal(contact.Sessions, StateCodec.UnpackContact(packed.Doc, packed.Rest).Sessions);
    }

    private static ContactState Contact()
    {
        var contact = new ContactState
        {
            Id = 17, CreatedAt = At, LivedUntil = At.AddHours(1), AccountId = 4, Hop = 2, Status = ContactStatus.Active, Basis = ConsentBasis.OptIn, BasisAt = At,
            LastActiveAt = At.AddMinutes(5), IsKnown = true,
        };
        contact.Set("email", AttributeValue.From("ann@example.com"), At);
        contact.Set("seats", AttributeValue.From(2.5), At);
        contact.Set("onboarded", AttributeValue.From(true), At);
        contact.Set("name", AttributeValue.From("山田 花子"), At);
        contact.Roles.Add("admin");
        contact.Memberships.Add(9);
        contact.Refusals["newsletter"] = At;
        contact.CountedSends.AddRange([At.ToUnixTimeMilliseconds(), At.AddDays(1).ToUnixTimeMilliseconds()]);
        var counter = new Counter();
        counter.Times.AddRange([1, 5, 9]);
        contact.Counters[42] = counter;
        contact.TriggerMemory["silence"] = true;
        var enrollment = new Enrollment
        {
            Id = 1234567890123, Scenario = "trial", Version = 3, Key = "k", EnteredAt = At, Step = "welcome", StepStartedAt = At, StepDueAt = At.AddDays(3),
            IsHeldOut = true, GoalDeadline = At.AddDays(14), Trigger = Happened("signed_up", """{"plan":"trial"}"""), Heard = Happened("login", "{}"),
        };
        enrollment.EventsSinceEntry["login"] = Happened("login", "{}");
        enrollment.Sends.Add(new EnrollmentSend { Step = "welcome", Template = "welcome", RecipientId = 17, Fate = EnrollmentSendFate.Released, At = At, ClickedAt = At.AddHours(1) });
        contact.Enrollments.Add(enrollment);
        contact.Passages.Add(new Passage("old", "", At.AddDays(-9), At.AddDays(-1), 2));
        contact.PendingEntries.Add(new PendingEntry("later", Happened("signed_up", "{}"), At.AddMinutes(5)));
        return contact;
    }

    private static AccountState Account()
    {
        var account = new AccountState { Id = 4, CreatedAt = At };
        account.Set("contract_end", AttributeValue.From(new DateOnly(2027, 1, 31)), At);
        account.Set("trial_ends_at", AttributeValue.From(At.AddDays(14)), At);
        var member = new Member { ContactId = 7, JoinedAt = At, LastActiveAt = At.AddDays(1), HasLeft = false, IsEnrolled = true };
        member.Roles.Add("admin");
        account.Members[7] = member;
        return account;
    }

    private static OccurredEvent Happened(string name, string properties) => new(5, name, 17, 4, At, At.AddSeconds(1), Encoding.UTF8.GetBytes(properties));

    private static byte[] Golden(string file) =>
        Convert.FromHexString(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Contacts", "Golden", file)).ReplaceLineEndings("").Trim());
}
