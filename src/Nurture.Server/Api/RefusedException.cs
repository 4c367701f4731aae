using Nurture.Server.Security;

namespace Nurture.Server.Api;

/// <summary>A request that is answered with problem details (RFC 9457): what was found, and what would be right.</summary>
/// <param name="type">The stable name that callers may rely on.</param>
internal sealed class RefusedException(int status, string type, string title, string detail) : Exception(detail)
{
    public int Status => status;

    public string Type => type;

    public string Title => title;

    /// <summary>Members beside the standard ones, such as <c>errors</c>.</summary>
    public IDictionary<string, object?> Members { get; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    public IResult ToResult() => Results.Problem(Message, statusCode: status, title: title, type: Problems.Type(type), extensions: Members);

    public static RefusedException BadRequest(string type, string title, string detail) => new(StatusCodes.Status400BadRequest, type, title, detail);

    public static RefusedException Missing(string field, string example) =>
        BadRequest("missing-field", $"{field} is missing.", $"Say {field}, such as {example}.");

    public static RefusedException NotFound(string what) => new(StatusCodes.Status404NotFound, "not-found", "There is no such thing.", $"No {what} is known.");

    public static RefusedException Gone(string what) => new(StatusCodes.Status410Gone, "erased", "It was erased.", $"{what} was forgotten, and nothing more is kept of it.");

    public static RefusedException Conflict(string type, string title, string detail) => new(StatusCodes.Status409Conflict, type, title, detail);
}
