namespace Nurture.Engine;

public static partial class SignalCodec
{
}
