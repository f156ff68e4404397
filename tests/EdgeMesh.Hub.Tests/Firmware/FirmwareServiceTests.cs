using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Protocol.Ota;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Tests.Firmware;

public sealed class FirmwareServiceTests : IDisposable
{
    private static readonly FirmwareDescription Blink = new("blink", "1.0.0", "esp32-mpy", ImageKinds.MicroPythonApp);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_image_is_kept_by_its_hash_and_its_manifest_says_what_it_is()
    {
        using FirmwareService store = Open();
        byte[] image = RandomNumberGenerator.GetBytes(300_000);

        FirmwareRow row = (await AddAsync(store, image, Blink)).Value;

        string sha256 = Convert.ToHexStringLower(SHA256.HashData(image));
        Assert.Equal(sha256, row.Sha256);
        Assert.Equal(image, File.ReadAllBytes(store.ImagePath(sha256, image.Length).Value));
        Manifest manifest = Transfer.Read(1, row.Manifest, 4096, out string problem)!.Manifest;
        Assert.Equal("", problem);
        Assert.Equal(("blink", "1.0.0", "esp32-mpy", (long)image.Length, sha256), (manifest.Id, manifest.Version, manifest.DeviceType, manifest.Size, manifest.Sha256));
    }

    [Fact]
    public async Task Every_manifest_has_a_sequence_above_all_before_also_after_a_restart()
    {
        long first, second;
        using (FirmwareService store = Open())
        {
            first = (await AddAsync(store, [1], Blink)).Value.Sequence;
        }

        using (FirmwareService store = Open())
        {
            second = (await AddAsync(store, [2], Blink with { Version = "2" })).Value.Sequence;
            Manifest again = store.Reissue(Transfer.Read(1, store.Find("blink", "1.0.0").Value.Manifest, 4096, out _)!.Manifest);
            Assert.True(again.Sequence > second);
        }

        Assert.True(second > first);
    }

    [Fact]
    public async Task The_same_content_again_is_no_change_and_other_content_needs_another_version()
    {
        using FirmwareService store = Open();
        FirmwareRow first = (await AddAsync(store, [1, 2, 3], Blink)).Value;

        Assert.Equal(first, (await AddAsync(store, [1, 2, 3], Blink)).Value);
        Assert.Equal(ErrorCodes.FirmwareExists, (await AddAsync(store, [9], Blink)).Error!.Code);
        Assert.Equal(first, Assert.Single(store.List()));
        Assert.Equal([first.Sha256], Directory.GetFiles(_folder.File("firmware")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("Blink", "1", "t", ImageKinds.NanoApp, "id")]
    [InlineData("blink", "", "t", ImageKinds.NanoApp, "version")]
    [InlineData("blink", "1 2", "t", ImageKinds.NanoApp, "version")]
    [InlineData("blink", "1@2", "t", ImageKinds.NanoApp, "version")]
    [InlineData("blink", "1", "a/b", ImageKinds.NanoApp, "device type")]
    [InlineData("blink", "1", "t", "exe", "kind")]
    public async Task A_description_that_is_wrong_is_refused_by_the_member_at_fault(string id, string version, string type, string kind, string named)
    {
        using FirmwareService store = Open();
        Error error = (await AddAsync(store, [1], new FirmwareDescription(id, version, type, kind))).Error!;
        Assert.Equal(ErrorCodes.InvalidArgument, error.Code);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Empty(store.List());
    }

    [Fact]
    public async Task An_empty_image_is_refused()
    {
        using FirmwareService store = Open();
        Assert.Equal(ErrorCodes.InvalidArgument, (await AddAsync(store, [], Blink)).Error!.Code);
    }

    [Fact]
    public async Task An_empty_folder_option_switches_updates_off()
    {
        using FirmwareService store = Open("");
        Assert.Equal(ErrorCodes.OtaDisabled, (await AddAsync(store, [1], Blink)).Error!.Code);
    }

    [Fact]
    public async Task An_image_shared_by_two_versions_stays_until_both_are_removed()
    {
        using FirmwareService store = Open();
        FirmwareRow one = (await AddAsync(store, [7, 7], Blink)).Value;
        await AddAsync(store, [7, 7], Blink with { Version = "2" });

        await store.RemoveAsync("blink", "1.0.0", CancellationToken.None);
        Assert.True(store.ImagePath(one.Sha256, 2).IsOk);
        await store.RemoveAsync("blink", "2", CancellationToken.None);
        Assert.Equal(ErrorCodes.FirmwareDamaged, store.ImagePath(one.Sha256, 2).Error!.Code);
        Assert.Equal(ErrorCodes.FirmwareUnknown, (await store.RemoveAsync("blink", "2", CancellationToken.None)).Error!.Code);
    }

    [Fact]
    public async Task A_sweep_removes_what_a_crash_left_and_nothing_else()
    {
        using FirmwareService store = Open();
        FirmwareRow row = (await AddAsync(store, [5], Blink)).Value;
        File.WriteAllText(_folder.File("firmware/0123.part"), "cut");
        File.WriteAllText(_folder.File("firmware/" + new string('a', 64)), "stored, but never named");
        File.WriteAllText(_folder.File("firmware/notes.txt"), "the owner's own");

        store.Sweep();

        Assert.Equal(new SortedSet<string?> { row.Sha256, "notes.txt" }, [.. Directory.GetFiles(_folder.File("firmware")).Select(Path.GetFileName)]);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing()
    {
        using FirmwareService store = Open();
        await Assert.ThrowsAsync<EndOfStreamException>(() => store.AddAsync(new BreakingStream(), Blink, CancellationToken.None));
        Assert.Empty(store.List());
        Assert.Empty(Directory.GetFiles(_folder.File("firmware")));
    }

    [Fact]
    public async Task A_full_disk_is_told_and_leaves_nothing()
    {
        string small = _folder.File("small");
        Directory.CreateDirectory(small);
        Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small);
        try
        {
            using FirmwareService store = Open(small);
            Error error = (await AddAsync(store, new byte[200_000], Blink)).Error!;
            Assert.Equal(ErrorCodes.StorageFull, error.Code);
            Assert.Contains("free some space", error.Message, StringComparison.Ordinal);
            Assert.Empty(store.List());
            Assert.Empty(Directory.GetFiles(small));
            Assert.True((await AddAsync(store, new byte[1000], Blink)).IsOk);
        }
        finally
        {
            Run("umount", small);
        }
    }

    [Fact]
    public async Task The_database_is_the_owners_alone()
    {
        using FirmwareService store = Open();
        await AddAsync(store, [1], Blink);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("hub.db")));
    }

    private static Task<Result<FirmwareRow>> AddAsync(FirmwareService store, byte[] image, FirmwareDescription description) =>
        store.AddAsync(new MemoryStream(image), description, CancellationToken.None);

    private static void Run(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command} (this test needs root): {error}");
    }

    private FirmwareService Open(string folder = "firmware")
    {
        IOptions<HubOptions> hub = Options.Create(new HubOptions { StateFolder = _folder.Path });
        return new FirmwareService(new FirmwareStore(new Database(hub)), new PublisherStore(new Database(hub), Options.Create(new FirmwareOptions()), TimeProvider.System), [], Options.Create(new FirmwareOptions { Folder = folder }), hub, TimeProvider.System);
    }

    private sealed class BreakingStream : MemoryStream
    {
        private bool _given;

        public BreakingStream()
            : base(Encoding.ASCII.GetBytes("the first part"))
        {
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_given)
            {
                throw new EndOfStreamException("The client has gone.");
            }

            _given = true;
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
