using System;
using System.IO;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Security;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Publishing;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Tests.Firmware;

/// <summary>What the hub's policy takes and refuses, and that it keeps a publisher's manifest byte for byte.</summary>
public sealed class SignedFirmwareTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly byte[] _image = RandomNumberGenerator.GetBytes(5000);
    private readonly Ed25519Key _key = Ed25519Key.Generate();
    private readonly PublisherStore _publishers;
    private readonly FirmwareService _store;

    public SignedFirmwareTests()
    {
        IOptions<HubOptions> hub = Options.Create(new HubOptions { StateFolder = _folder.Path });
        IOptions<FirmwareOptions> options = Options.Create(new FirmwareOptions { RequireSignature = [ImageKinds.NanoApp] });
        _publishers = new PublisherStore(new Database(hub), options, TimeProvider.System);
        _store = new FirmwareService(new FirmwareStore(new Database(hub)), _publishers, [], options, hub, TimeProvider.System);
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_a_trusted_publisher_signed_is_kept_byte_for_byte_and_refused_once_it_is_distrusted()
    {
        Trust("ours", _key, ImageKinds.NanoApp);
        SignedManifest signed = SignedManifest.FromJson(Sign(_key).ToJson()).Value;
        FirmwareRow row = (await AddAsync(signed)).Value;
        Assert.Equal(row, _store.Find("blink", null).Value);
        Assert.Equal((signed.Manifest, signed.Signature, signed.Publisher), (row.Manifest, row.Signature, row.Publisher));
        Assert.Null(_publishers.Refusal(signed, ImageKinds.NanoApp));

        Assert.True(_publishers.Distrust("ours").IsOk);
        Assert.Equal(ErrorCodes.PublisherUntrusted, _publishers.Refusal(signed, ImageKinds.NanoApp)!.Code);
        Assert.Equal(ErrorCodes.PublisherUnknown, _publishers.Distrust("ours").Error!.Code);
    }

    [Fact]
    public async Task Unsigned_is_refused_where_the_kind_must_be_signed_and_taken_where_it_need_not()
    {
        FirmwareDescription nano = new("blink", "1", "test", ImageKinds.NanoApp);
        Assert.Equal(ErrorCodes.SignatureRequired, (await _store.AddAsync(new MemoryStream(_image), nano, CancellationToken.None)).Error!.Code);
        Assert.True((await _store.AddAsync(new MemoryStream(_image), nano with { Kind = ImageKinds.MicroPythonApp }, CancellationToken.None)).IsOk);
    }

    [Fact]
    public async Task A_wrong_key_a_wrong_kind_a_bad_signature_an_expired_manifest_and_another_image_are_refused()
    {
        Trust("ours", _key, ImageKinds.NanoApp);
        Assert.Equal(ErrorCodes.PublisherUntrusted, (await AddAsync(Sign(Ed25519Key.Generate()))).Error!.Code);
        Assert.Equal(ErrorCodes.PublisherUntrusted, (await AddAsync(Sign(_key, kind: ImageKinds.MicroPythonApp))).Error!.Code);
        Assert.Equal(ErrorCodes.SignatureInvalid, (await AddAsync(Sign(_key) with { Signature = Sign(_key, sequence: 6).Signature })).Error!.Code);
        Assert.Equal(ErrorCodes.ManifestExpired, (await AddAsync(Sign(_key, expires: 1_700_000_000))).Error!.Code);
        _image[0] ^= 1;
        SignedManifest signed = Sign(_key);
        _image[0] ^= 1;
        Assert.Equal(ErrorCodes.ManifestInvalid, (await AddAsync(signed)).Error!.Code);
        Assert.Empty(_store.List());
    }

    [Fact]
    public async Task The_same_image_signed_again_takes_the_place_of_the_manifest_before_it_if_its_sequence_is_above()
    {
        Trust("ours", _key, ImageKinds.NanoApp);
        Assert.True((await AddAsync(Sign(_key, sequence: 5))).IsOk);
        Error error = (await AddAsync(Sign(_key, sequence: 4))).Error!;
        Assert.Equal(ErrorCodes.SequenceNotAbove, error.Code);
        Assert.Contains("--above 5", error.Message, StringComparison.Ordinal);
        Assert.Equal(9, (await AddAsync(Sign(_key, sequence: 9))).Value.Sequence);
        Assert.Equal(9, Assert.Single(_store.List()).Sequence);
    }

    [Fact]
    public async Task A_chain_of_statements_leads_from_the_trusted_key_to_the_one_that_signed()
    {
        Trust("ours", _key, ImageKinds.NanoApp);
        Ed25519Key next = Ed25519Key.Generate();
        KeyStatement statement = new() { By = Hex.Encode(_key.PublicKey), Key = Hex.Encode(next.PublicKey), Kinds = [ImageKinds.NanoApp], Sequence = 1 };
        byte[] bytes = statement.ToBytes();
        string[] chain = [KeyStatement.TextOf(bytes, _key.Sign(KeyStatement.BytesToSign(bytes)))];
        Assert.Equal(ErrorCodes.PublisherUntrusted, (await AddAsync(Sign(next))).Error!.Code);
        Assert.Equal(ErrorCodes.SignatureInvalid, (await AddAsync(Sign(next, [KeyStatement.TextOf(bytes, next.Sign(KeyStatement.BytesToSign(bytes)))]))).Error!.Code);
        Assert.Equal(chain[0], (await AddAsync(Sign(next, chain))).Value.Keys);
    }

    private void Trust(string name, Ed25519Key key, params string[] kinds) =>
        Assert.True(_publishers.Trust(name, Ed25519Key.PublicKeyToPem(key.PublicKey), kinds).IsOk);

    private SignedManifest Sign(Ed25519Key key, string[]? chain = null, string kind = ImageKinds.NanoApp, long sequence = 5, long expires = 0) => SignedManifest.Sign(
        new Manifest
        {
            Id = "blink", Version = "1", Kind = kind, DeviceType = "test", Size = _image.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(_image)),
            Sequence = sequence, Created = 1_750_000_000, Expires = expires,
        },
        key,
        chain);

    private Task<Result<FirmwareRow>> AddAsync(SignedManifest signed) => _store.AddAsync(new MemoryStream(_image), signed, CancellationToken.None);
}
