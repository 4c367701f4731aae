using System.Globalization;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Tests.Engine.Generated;

/// <summary>What is stored is what was there: signals and states of any values, by seeds. A field that a codec forgets is found here.</summary>
public sealed class GeneratedCodecTests
{
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("NURTURE_RUNS") ?? "2000", CultureInfo.InvariantCulture);
    private static readonly int First = int.Parse(Environment.GetEnvironmentVariable("NURTURE_SEED") ?? "1", CultureInfo.InvariantCulture);

    public static TheoryData<string> Signals => [.. typeof(Signal).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(Signal))).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Signals))]
    public void A_signal_is_read_as_it_was_written(string kind)
    {
        for (var seed = First; seed < First + (Runs / 20); seed++)
        {
            var invented = new Invented(new Random(seed));
            var signal = Stored((Signal)invented.Of(typeof(Signal).GetNestedType(kind)!)!);
            var (slot, about) = ((short)invented.Of(typeof(short))!, new StoredAbout(signal is Signal.Occurred heard ? heard.Event.ReceivedAt : World.Start));

            var row = SignalCodec.Store(signal, slot, about);
            var read = SignalCodec.Read(row);

            Assert.True(Dump.Of(signal) == Dump.Of(read), $"seed {seed}: {Difference(Dump.Of(signal), Dump.Of(read))}");
            Assert.Equal(Dump.Of(row), Dump.Of(SignalCodec.Store(read, slot, about)));
        }
    }

    [Fact]
    public void A_contact_is_read_as_it_was_written() => Check<ContactState>((doc, rest) => StateCodec.UnpackContact(doc, rest));

    [Fact]
    public void An_account_is_read_as_it_was_written() => Check<AccountState>((doc, rest) => StateCodec.UnpackAccount(doc, rest));

    private static void Check<T>(Func<byte[], byte[]?, T> unpack)
        where T : SubjectState
    {
        for (var seed = First; seed < First + (Runs / 4); seed++)
        {
            var state = new Invented(new Random(seed)).Of<T>();
            // An id is the passage's own.
            foreach (var twin in state.Enrollments.Except(state.Enrollments.DistinctBy(enrollment => enrollment.Id)).ToList()) state.Enrollments.Remove(twin);
            if (state is ContactState { Basis: ConsentBasis.None } contact) contact.BasisAt = default;

            if (state is AccountState { Members: var members } && members.Values.DistinctBy(member => member.ContactId).ToList() is var people)
            {
                members.Clear();
                foreach (var person in people) members[person.ContactId] = person;
            }

            foreach (var enrollment in state.Enrollments.Where(enrollment => enrollment.Repeat is null)) (enrollment.Iteration, enrollment.IterationStartedAt) = (0, default);

            var packed = StateCodec.Pack(state);
            var read = unpack(packed.Doc, packed.Rest);

            var (written, again) = (Dump.Of(state, NotStored), Dump.Of(read, NotStored));
            Assert.True(written == again, $"seed {seed}: {Difference(written, again)}");
            Assert.Equal(packed.Doc, StateCodec.Pack(read).Doc);
        }
    }

    private static string Difference(string written, string read)
    {
        var at = Enumerable.Range(0, Math.Min(written.Length, read.Length)).FirstOrDefault(i => written[i] != read[i], Math.Min(written.Length, read.Length));
        return $"{written[Math.Max(0, at - 120)..Math.Min(written.Length, at + 60)]}\nread as\n{read[Math.Max(0, at - 120)..Math.Min(read.Length, at + 60)]}";
    }

    // When it is due stands beside the state, and what suppresses an address is a list of its own.
    private static readonly string[] NotStored = ["DueAt", "IsSuppressed", "Unknown"];

    /// <summary>Without what the log itself knows of it: its own id, and the rows that a signal names by their ids.</summary>
    private static Signal Stored(Signal signal) => signal switch
    {
        Signal.Occurred s => s with { Event = s.Event with { Id = 0 } },
        // A person's passage asks that person.
        Signal.Answered { Subject.Kind: SubjectKind.Contact } s => s with { Subject = SubjectRef.Contact(s.RecipientId) },
        Signal.ApprovalGiven { Subject.Kind: SubjectKind.Contact } s => s with { Subject = SubjectRef.Contact(s.RecipientId) },
        Signal.Prepared s => s with { History = [] },
        Signal.Resumed s => s with { Missed = [] },
        _ => signal,
    };
}
