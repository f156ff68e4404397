using System.IO;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Firmware;

/// <summary>The one operation that is no member of the catalogue, since it takes a stream: an image is added. It is audited as all are.</summary>
public sealed class FirmwareUpload(FirmwareService firmware, OperationCatalogue operations)
{
    /// <summary>The operation's name.</summary>
    public const string Name = "firmware-add";

    /// <summary>Adds an image with a manifest of the hub's.</summary>
    public Task<Result<FirmwareRow>> AddAsync(Stream content, FirmwareDescription description, Caller caller, CancellationToken cancellation) => operations.AuditedAsync(
        caller, Name, $"{description.Id}@{description.Version}", $"type={description.Type} kind={description.Kind}", () => firmware.AddAsync(content, description, cancellation));

    /// <summary>Adds an image with the manifest that its publisher signed.</summary>
    /// <param name="content">The image.</param>
    /// <param name="signed">The manifest.</param>
    /// <param name="described">What the caller calls the image, for the audit log where the manifest cannot be read.</param>
    /// <param name="caller">Who adds it.</param>
    /// <param name="cancellation">Ends it; nothing is kept then.</param>
    public Task<Result<FirmwareRow>> AddAsync(Stream content, SignedManifest signed, FirmwareDescription described, Caller caller, CancellationToken cancellation)
    {
        Result<Manifest> read = signed.Read();
        string subject = read.IsOk ? $"{read.Value.Id}@{read.Value.Version}" : $"{described.Id}@{described.Version}";
        return operations.AuditedAsync(caller, Name, subject, $"publisher={signed.Publisher}", () => firmware.AddAsync(content, signed, cancellation));
    }
}
