using Nurture.Mail.Tests.Support;

namespace Nurture.Mail.Tests;

public sealed class PickupFolderTransportTests
{
    [Fact]
    public async Task A_mail_appears_when_it_is_finished_and_not_before()
    {
        using var folder = new TempFolder();
        await using var transport = new PickupFolderTransport(folder.Path);

        var transaction = await transport.OfferAsync();
        Assert.Empty(Directory.GetFiles(folder.Path, "*.eml"));
        var outcome = await transaction.FinishAsync(TestContext.Current.CancellationToken);

        var file = Assert.Single(Directory.GetFiles(folder.Path));
        Assert.Equal((SendOutcomeKind.Sent, Path.GetFileName(file)), (outcome.Kind, outcome.QueueId));
        Assert.Equal(Mails.Bytes(Mails.Simple), await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_abandoned_mail_leaves_nothing()
    {
        using var folder = new TempFolder();
        await using var transport = new PickupFolderTransport(folder.Path);

        await using (await transport.OfferAsync())
        {
        }

        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task A_folder_that_is_gone_is_a_temporary_trouble_before_and_at_the_end()
    {
        using var parent = new TempFolder();
        var folder = parent.File("pickup");
        await using var transport = new PickupFolderTransport(folder);
        var transaction = await transport.OfferAsync();

        Directory.Delete(folder, recursive: true);
        var finished = await transaction.FinishAsync(TestContext.Current.CancellationToken);
        var offered = await transport.SendAsync();

        Assert.Equal(SendOutcomeKind.ConnectionTemp, finished.Kind);
        Assert.Equal(SendOutcomeKind.ConnectionTemp, offered.Kind);
    }
}
