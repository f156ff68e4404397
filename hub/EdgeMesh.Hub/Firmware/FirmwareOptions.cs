using EdgeMesh.Hub.Configuration;

namespace EdgeMesh.Hub.Firmware;

/// <summary>Firmware; configuration section <c>Firmware</c>.</summary>
public sealed class FirmwareOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Firmware";

    /// <summary>Folder of the images, relative to the state folder or absolute. Empty switches updates over the air off. Default <c>firmware</c>.</summary>
    [Setting(Takes = "a path, or nothing", Requirement = "firmware folder")]
    public string Folder { get; set; } = "firmware";

    /// <summary>Kinds of images (<see cref="Contracts.ImageKinds"/>) that are taken and sent only with a trusted publisher's signature. Default none.</summary>
    [Setting(Takes = "a list of micropython-app, nano-app and esp32-image")]
    public string[] RequireSignature { get; set; } = [];
}
