using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Security;
using EdgeMesh.Protocol.Ota;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Firmware;

/// <summary>The operations on firmware: manifests are in the database, images in a folder, named by their content.</summary>
/// <remarks>An image is on disk before a row names it, and its row is gone before it is: a crash leaves only what a sweep removes.</remarks>
public sealed class FirmwareService(
    FirmwareStore store, PublisherStore publishers, IEnumerable<IImageUse> uses, IOptions<FirmwareOptions> options, IOptions<HubOptions> hub, TimeProvider time) : IDisposable
{
    private readonly ImageFolder _images = new(Path.Combine(hub.Value.StateFolder, options.Value.Folder));
    private readonly SemaphoreSlim _changing = new(1);

    /// <summary>Whether updates over the air are switched on.</summary>
    public bool Enabled { get; } = options.Value.Folder.Length > 0;

    /// <summary>What to answer where they are not.</summary>
    public static Error Disabled { get; } = new(
        ErrorCodes.OtaDisabled, "Updates over the air are switched off: Firmware:Folder is empty. Name a folder there and restart the hub.");

    /// <summary>Removes what a crash left behind. Called once at start.</summary>
    public void Sweep()
    {
        if (!Enabled)
        {
            return;
        }

        HashSet<string> named = [.. store.Images(), .. uses.SelectMany(u => u.Images)];
        _images.Sweep(named.Contains);
    }

    /// <summary>Stores an image under an id and a version, with a manifest of the hub's. The same content again is no change.</summary>
    public Task<Result<FirmwareRow>> AddAsync(Stream content, FirmwareDescription description, CancellationToken cancellation) =>
        AddAsync(content, description, null, cancellation);

    /// <summary>Stores an image with the manifest that its publisher signed. A manifest with a higher sequence takes the place of the one before it.</summary>
    public Task<Result<FirmwareRow>> AddAsync(Stream content, SignedManifest signed, CancellationToken cancellation)
    {
        Result<Manifest> read = signed.Read();
        return read.IsOk
            ? AddAsync(content, new FirmwareDescription(read.Value.Id, read.Value.Version, read.Value.DeviceType, read.Value.Kind, read.Value.Requires), signed, cancellation)
            : Task.FromResult<Result<FirmwareRow>>(read.Error!);
    }

    private async Task<Result<FirmwareRow>> AddAsync(Stream content, FirmwareDescription description, SignedManifest? signed, CancellationToken cancellation)
    {
        if (!Enabled)
        {
            return Disabled;
        }

        if (description.Problem() is Error problem)
        {
            return problem;
        }

        if (publishers.Refusal(signed ?? new SignedManifest(Transfer.ManifestTextOf(ManifestOf(description))), description.Kind) is Error refusal)
        {
            return refusal;
        }

        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Result<(string Sha256, long Size)> stored = await _images.StoreAsync(content, cancellation).ConfigureAwait(false);
            return stored.IsOk ? Keep(description, signed, stored.Value.Sha256, stored.Value.Size) : stored.Error!;
        }
        finally
        {
            _changing.Release();
        }
    }

    private Result<FirmwareRow> Keep(FirmwareDescription description, SignedManifest? signed, string sha256, long size)
    {
        Manifest? promised = signed?.Read().Value;
        if (promised is not null && (promised.Sha256 != sha256 || promised.Size != size))
        {
            DropUnnamed(sha256);
            return new Error(ErrorCodes.ManifestInvalid, $"The image is not the one of the manifest: its SHA-256 is {sha256}, the manifest's {promised.Sha256}. Add the file that was signed.");
        }

        FirmwareRow row = RowOf(description, signed ?? new SignedManifest(""), promised, sha256, size);
        if (Find(description.Id, description.Version) is not { IsOk: true } existing)
        {
            return store.Write(row);
        }

        DropUnnamed(sha256);
        FirmwareRow old = existing.Value;
        if (old.Sha256 != sha256 || old.DeviceType != description.Type || old.Kind != description.Kind)
        {
            return new Error(ErrorCodes.FirmwareExists, $"{description.Id}@{description.Version} exists with other content; give the new image another version.");
        }

        if (promised is null || old.Manifest == row.Manifest)
        {
            return old;
        }

        return old.Signature.Length == 0 || promised.Sequence > old.Sequence
            ? store.Write(row)
            : new Error(ErrorCodes.SequenceNotAbove, $"The manifest's sequence {promised.Sequence} is not above {old.Sequence}, that of the one stored; {SignAgain(old.Sequence)}");
    }

    /// <summary>What the owner of a signed image is told to do where its sequence is not above another: only the publisher can raise it.</summary>
    public static string SignAgain(long above) =>
        $"sign the image again with `edgemesh firmware sign … --above {above}`, and add it with that manifest: `edgemesh firmware add IMAGE --manifest FILE`.";

    /// <summary>Puts an image into the folder under no name of the list, with a manifest of the hub's that its own key signed: for one update.</summary>
    /// <param name="content">The image.</param>
    /// <param name="description">What it is.</param>
    /// <param name="above">A sequence that the manifest must be above, such as the highest the device confirmed.</param>
    /// <param name="key">The hub's own key.</param>
    /// <param name="cancellation">Ends it; nothing is kept then.</param>
    public async Task<Result<FirmwareRow>> StageAsync(byte[] content, FirmwareDescription description, long above, Ed25519Key key, CancellationToken cancellation)
    {
        if (!Enabled)
        {
            return Disabled;
        }

        if (description.Problem() is Error problem)
        {
            return problem;
        }

        using MemoryStream image = new(content);
        Result<(string Sha256, long Size)> stored = await _images.StoreAsync(image, cancellation).ConfigureAwait(false);
        if (!stored.IsOk)
        {
            return stored.Error!;
        }

        Manifest manifest = Reissue(ManifestOf(description, stored.Value.Sha256, stored.Value.Size), above);
        return RowOf(description, SignedManifest.Sign(manifest, key, null), manifest, stored.Value.Sha256, stored.Value.Size);
    }

    /// <summary>All firmware, the newest first.</summary>
    public IReadOnlyList<FirmwareRow> List() => store.List();

    /// <summary>One firmware; without a version the newest of that id.</summary>
    public Result<FirmwareRow> Find(string id, string? version) => store.Find(id, version) is { } row
        ? row
        : new Error(
            ErrorCodes.FirmwareUnknown,
            $"There is no firmware {(version is null ? id : $"{id}@{version}")}; see `edgemesh firmware list`, or add it with `edgemesh firmware add`.");

    /// <summary>What the hub's policy has against sending an image; null where nothing.</summary>
    public Error? Refusal(FirmwareRow firmware) => publishers.Refusal(firmware.Signed, firmware.Kind);

    /// <summary>Forgets a firmware, and its image where nothing else needs it.</summary>
    public async Task<Result<FirmwareRow>> RemoveAsync(string id, string version, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Result<FirmwareRow> row = Find(id, version);
            if (row.IsOk)
            {
                store.Remove(id, version);
                DropUnnamed(row.Value.Sha256);
            }

            return row;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The file of an image, where it is there in its full size.</summary>
    public Result<string> ImagePath(string sha256, long size) => _images.Has(sha256, size)
        ? _images.PathOf(sha256)
        : new Error(ErrorCodes.FirmwareDamaged, $"The image {sha256} is missing or cut in the firmware folder; remove the firmware and add it again.");

    /// <summary>A manifest for the same image with a sequence above all before: how an old image may be sent again.</summary>
    /// <param name="manifest">The image's manifest.</param>
    /// <param name="above">A sequence that the new one must be above too, such as the highest a device confirmed for a hub since lost.</param>
    public Manifest Reissue(Manifest manifest, long above = 0)
    {
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        return new Manifest
        {
            Id = manifest.Id, Version = manifest.Version, Kind = manifest.Kind, DeviceType = manifest.DeviceType, Size = manifest.Size,
            Sha256 = manifest.Sha256, Requires = manifest.Requires, Created = now,
            // A device's word raises this manifest's sequence only, never the hub's own count: it may be lying.
            Sequence = Math.Max(store.NextSequence(now), above + 1),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _changing.Dispose();

    // An image may be on its way that is in no list.
    private void DropUnnamed(string sha256)
    {
        if (!store.Names(sha256) && !uses.Any(u => u.Needs(sha256)))
        {
            File.Delete(_images.PathOf(sha256));
        }
    }

    private static Manifest ManifestOf(FirmwareDescription d, string sha256 = "", long size = 1) => new()
    {
        Id = d.Id, Version = d.Version, Kind = d.Kind, DeviceType = d.Type, Size = size, Sha256 = sha256.Length > 0 ? sha256 : new string('0', 64),
        Requires = d.Requires ?? [], Sequence = 1,
    };

    private FirmwareRow RowOf(FirmwareDescription d, SignedManifest signed, Manifest? promised, string sha256, long size)
    {
        Manifest manifest = promised ?? Reissue(ManifestOf(d, sha256, size));
        return new FirmwareRow
        {
            Id = d.Id, Version = d.Version, Kind = d.Kind, DeviceType = d.Type, Size = size, Sha256 = sha256, Sequence = manifest.Sequence,
            Created = manifest.Created, Manifest = promised is null ? Transfer.ManifestTextOf(manifest) : signed.Manifest,
            Signature = signed.Signature, Publisher = signed.Publisher, Keys = signed.KeysText,
        };
    }
}
