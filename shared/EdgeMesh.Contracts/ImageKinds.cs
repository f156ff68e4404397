namespace EdgeMesh.Contracts;

/// <summary>What an image is, and so which slots take it.</summary>
public static class ImageKinds
{
    /// <summary>A MicroPython program, in the agent's A/B slots.</summary>
    public const string MicroPythonApp = "micropython-app";

    /// <summary>nanoFramework assemblies (.pe), in the client's A/B slots.</summary>
    public const string NanoApp = "nano-app";

    /// <summary>A whole ESP32 image, in the bootloader's own slots.</summary>
    public const string Esp32Image = "esp32-image";

    /// <summary>Whether <paramref name="kind"/> is one of these.</summary>
    public static bool IsKnown(string? kind) => kind == MicroPythonApp || kind == NanoApp || kind == Esp32Image;
}
