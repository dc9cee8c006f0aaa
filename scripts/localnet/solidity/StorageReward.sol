// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

/// What the storage market needs of 0G's ChunkLinearReward: it takes the fee of a submission and
/// says for how long a file is paid. Nobody mines on a local network, so nothing is ever paid out.
contract StorageReward {
    /// 0G's own deployments: twelve months of 31 days.
    uint256 public constant releaseSeconds = 12 * 31 days;

    /// Called by the market with the fee of each submission, the length before it and its sectors.
    function fillReward(uint256, uint256) external payable {}
}
