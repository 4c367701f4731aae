using System.Buffers;
using System.IO.Compression;
using Nurture.Intake;

namespace Nurture.Server.Intake;

/// <summary>Why a body could not be read, as the status to answer.</summary>
public sealed class BodyRefusedException(int status, string message) : Exception(message)
{
    public int Status => status;
}

/// <summary>A whole request body, unpacked, within the limit; disposing gives its memory back.</summary>
public sealed class RequestBody : IDisposable
{
    private readonly byte[] buffer;

    private RequestBody(byte[] buffer, int length) => (this.buffer, Bytes) = (buffer, buffer.AsMemory(0, length));

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <exception cref="BodyRefusedException">Too large, packed in an unknown way, or not what it claims to be.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        // Of what is packed the packed size is no measure, but it is never more.
        if (request.ContentLength > IntakeLimits.RequestBytes) throw TooLarge();
        switch (request.Headers.ContentEncoding.ToString())
        {
            case "" or "identity":
                return await ReadAsync(request.Body, (int?)request.ContentLength, cancel);
            case "gzip" or "x-gzip":
                try
                {
                    await using var unpacked = new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true);
                    return await ReadAsync(unpacked, null, cancel);
                }
                catch (InvalidDataException)
                {
                    throw new BodyRefusedException(StatusCodes.Status400BadRequest, "The body is not gzip, though Content-Encoding says so.");
                }
            default:
                throw new BodyRefusedException(StatusCodes.Status415UnsupportedMediaType, "Content-Encoding may be gzip or absent.");
        }
    }

    private static async Task<RequestBody> ReadAsync(Stream from, int? expected, CancellationToken cancel)
    {
        // One byte more than is allowed, so that the end of a body of just that size is seen; what unpacks to more is never unpacked.
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min((expected ?? 16 * 1024) + 1, IntakeLimits.RequestBytes + 1));
        try
        {
            var length = 0;
            while (true)
            {
                var read = await from.ReadAsync(buffer.AsMemory(length), cancel);
                if (read == 0) return new(buffer, length);
                length += read;
                if (length > IntakeLimits.RequestBytes) throw TooLarge();
                if (length < buffer.Length) continue;
                var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, IntakeLimits.RequestBytes + 1));
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static BodyRefusedException TooLarge() =>
        new(StatusCodes.Status413PayloadTooLarge, $"The body is larger than {IntakeLimits.RequestBytes} bytes (unpacked).");

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
}
