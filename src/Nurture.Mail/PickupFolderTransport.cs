using System.Runtime.InteropServices;

namespace Nurture.Mail;

/// <summary>
/// Puts each message into a folder as an .eml file, for development and for relays that watch one. A file appears whole or not
/// at all, and is on disk when it counts as sent. The envelope is not kept.
/// </summary>
public sealed class PickupFolderTransport : IMailTransport
{
    private readonly string folder;

    public PickupFolderTransport(string folder) => this.folder = Directory.CreateDirectory(folder).FullName;

    public async ValueTask<MailOffer> OfferAsync(MailEnvelope envelope, ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        // Version 7, so that the files sort by time.
        var name = $"{Guid.CreateVersion7():N}.eml";
        var temporary = Path.Combine(folder, $".{name}.part");
        try
        {
            await using var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            await file.WriteAsync(message, cancel);
            file.Flush(flushToDisk: true);
        }
        catch (Exception e)
        {
            Discard(temporary);
            if (!IsOfTheWorld(e))
                throw;
            return new MailOffer.Refused(new SendOutcome(SendPhase.Body, SendOutcomeKind.ConnectionTemp, 0, null, e.Message));
        }
        return new MailOffer.Accepted(new Pickup(temporary, Path.Combine(folder, name)));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool IsOfTheWorld(Exception e) => e is IOException or UnauthorizedAccessException;

    private static void Discard(string file)
    {
        if (File.Exists(file))
            File.Delete(file);
    }

    private sealed class Pickup(string temporary, string final) : IMailTransaction
    {
        private bool isEnded;

        public ValueTask<SendOutcome> FinishAsync(CancellationToken cancel)
        {
            if (isEnded)
                throw new InvalidOperationException("The transaction has already been finished or abandoned.");
            isEnded = true;
            return ValueTask.FromResult(Finish(cancel));
        }

        public ValueTask AbandonAsync()
        {
            if (!isEnded)
                Discard(temporary);
            isEnded = true;
            return ValueTask.CompletedTask;
        }

        private SendOutcome Finish(CancellationToken cancel)
        {
            try
            {
                cancel.ThrowIfCancellationRequested();
                File.Move(temporary, final);
            }
            catch (Exception e) when (IsOfTheWorld(e) || e is OperationCanceledException)
            {
                Discard(temporary);
                return new SendOutcome(SendPhase.Finish, SendOutcomeKind.ConnectionTemp, 0, null, e.Message);
            }
            try
            {
                SyncFolder(Path.GetDirectoryName(final)!);
            }
            catch (IOException e)
            {
                // The file is there now; whether it will be after a power cut, nobody can say.
                return new SendOutcome(SendPhase.Finish, SendOutcomeKind.Uncertain, 0, null, e.Message);
            }
            return new SendOutcome(SendPhase.Finish, SendOutcomeKind.Sent, 0, null, "Written.", Path.GetFileName(final));
        }
    }

    /// <summary>A rename is durable on Unix once its folder is; .NET cannot open a folder, so libc does.</summary>
    private static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = open(folder, 0);
        var failed = descriptor < 0 || fsync(descriptor) != 0 ? Marshal.GetLastPInvokeErrorMessage() : null;
        if (descriptor >= 0)
            _ = close(descriptor);
        if (failed is not null)
            throw new IOException($"{folder} could not be synced: {failed}");
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int descriptor);
}
