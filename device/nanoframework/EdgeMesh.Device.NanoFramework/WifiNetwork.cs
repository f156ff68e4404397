namespace EdgeMesh.Device.NanoFramework;

/// <summary>A Wi-Fi that the board may join.</summary>
public sealed class WifiNetwork
{
    /// <summary>Longest name, in bytes (IEEE 802.11).</summary>
    public const int SsidLength = 32;

    /// <summary>Longest password of WPA2: 63 characters, or the key as 64 hex digits.</summary>
    public const int PasswordLength = 64;

    /// <summary>A network.</summary>
    public WifiNetwork(string ssid, string password)
    {
        Ssid = ssid;
        Password = password;
    }

    /// <summary>Its name.</summary>
    public string Ssid { get; }

    /// <summary>Its password; empty for an open one. Never logged.</summary>
    public string Password { get; }
}
