using Nurture.Contacts;

namespace Nurture.Calls;

/// <summary>A webhook that a scenario asks for: one request to an endpoint that the settings declare, by its name.</summary>
/// <param name="Id">Derived from enrollment, step and turn: planned twice it is one, and the receiver gets it with each attempt.</param>
/// <param name="ContactId">Of whom the body may speak; an erasure empties it. 0 for nobody.</param>
/// <param name="Body">UTF-8 JSON, sent as it is.</param>
/// <param name="Wanted">Of the answer: the names under which scenarios read values, by the paths where they stand.</param>
/// <param name="ExpiresAt">Until then it is tried again.</param>
public sealed record CallDraft(
    Guid Id, SubjectRef Subject, long EnrollmentId, long ContactId, string Scenario, int Version, string Step, string Endpoint, byte[] Body,
    IReadOnlyDictionary<string, string> Wanted, DateTimeOffset PlannedAt, DateTimeOffset ExpiresAt, string Correlation);

/// <summary>What became of a call.</summary>
/// <param name="IsAnswered">With a status of 200 to 299.</param>
/// <param name="Status">Of the last attempt; 0 where nobody answered.</param>
/// <param name="Because">Why it failed: <c>expired</c>, <c>gone</c>, <c>refused_address</c>, <c>no_endpoint</c>, <c>disabled</c>; empty where it was answered.</param>
/// <param name="Response">The wanted values of the answer: UTF-8 JSON, an object.</param>
public sealed record CallEnd(bool IsAnswered, int Status, string Because, ReadOnlyMemory<byte> Response);
