namespace Nurture.Scenarios;

public static partial class DiagnosticCodes
{
}
