using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Nurture.Contacts;

namespace Nurture.Engine;

/// <summary>Ids and chances derived from what they belong to: asked again, they answer the same.</summary>
public static class Draws
{
    /// <summary>The id of a subject's passage: <paramref name="ordinal"/> counts the passages of that scenario and key before it.</summary>
    public static long EnrollmentId(SubjectRef subject, string scenario, string key, int ordinal) =>
        Number($"enrollment\n{subject}\n{scenario}\n{key}\n{ordinal}");

    /// <summary>The id of a subject's place among those who wait to enter a scenario since a moment.</summary>
    public static long PlaceId(SubjectRef subject, string scenario, string key, DateTimeOffset since) =>
        Number($"place\n{subject}\n{scenario}\n{key}\n{since.ToUnixTimeMilliseconds()}");

    /// <summary>The unique key of a send (enrollment, step, occurrence, recipient, channel) as one id.</summary>
    public static Guid SendId(SubjectRef subject, long enrollmentId, string step, int occurrence, long recipientId) =>
        new(Hash($"mail\n{subject}\n{enrollmentId}\n{step}\n{occurrence}\n{recipientId}").AsSpan(0, 16));

    /// <summary>The id of a webhook's call: the receiver knows it again with each attempt.</summary>
    public static Guid CallId(SubjectRef subject, long enrollmentId, string step, int occurrence) =>
        new(Hash($"call\n{subject}\n{enrollmentId}\n{step}\n{occurrence}").AsSpan(0, 16));

    /// <summary>The id of an account's case: <paramref name="ordinal"/> counts the closed ones of the family before it.</summary>
    public static long EscalationId(long accountId, string family, int ordinal) => Number($"escalation\n{accountId}\n{family}\n{ordinal}");

    public static long TaskId(long escalationId, int position) => Number($"task\n{escalationId}\n{position}");

    public static long TaskId(long enrollmentId, string step) => Number($"task\n{enrollmentId}\n{step}");

    /// <summary>Seeds what a rendering may vary by: boundary, jitter.</summary>
    public static long Seed(Guid sendId) => BinaryPrimitives.ReadInt64LittleEndian(Hash($"seed\n{sendId:N}"));

    /// <summary>From 0 (inclusive) to 1 (exclusive), the same for ever for a scenario and subject (SEMANTICS.md 22, 40).</summary>
    public static double Share(string purpose, string scenario, SubjectRef subject) =>
        (BinaryPrimitives.ReadUInt64LittleEndian(Hash($"{purpose}\n{scenario}\n{subject}")) >> 11) * (1.0 / (1UL << 53));

    private static long Number(string text) => BinaryPrimitives.ReadInt64LittleEndian(Hash(text)) & long.MaxValue;

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
