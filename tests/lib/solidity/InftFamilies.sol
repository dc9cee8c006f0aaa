// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// The iNFT contracts in use that publish no bytecode, as far as a reader sees them: getters, events and
/// reverts are theirs; how a test makes them act is the same for all.
abstract contract Family {
    mapping(uint256 => address) internal owners;
    mapping(uint256 => address[]) internal users;

    function exists(uint256 id) internal view virtual {
        require(owners[id] != address(0), "Token does not exist");
    }

    function ownerOf(uint256 id) external view returns (address) {
        exists(id);
        return owners[id];
    }

    function getApproved(uint256 id) external view returns (address) {
        exists(id);
        return address(0);
    }

    function mint(address to, uint256 id) external {
        owners[id] = to;
        minted(to, id);
    }

    function move(address to, uint256 id) external {
        address from = owners[id];
        owners[id] = to;
        delete users[id];
        moved(from, to, id);
    }

    function authorize(address user, uint256 id) external {
        users[id].push(user);
    }

    function change(uint256 id) external virtual {}

    function minted(address to, uint256 id) internal virtual;

    function moved(address from, address to, uint256 id) internal virtual;
}

abstract contract WithUsers is Family {
    function authorizedUsersOf(uint256 id) external view returns (address[] memory) {
        return users[id];
    }
}

struct IntelligentData {
    string dataDescription;
    bytes32 dataHash;
}

abstract contract WithDatas is WithUsers {
    mapping(uint256 => uint256) internal versions;

    function datasOf(uint256 id) internal view returns (IntelligentData[] memory datas) {
        datas = new IntelligentData[](2);
        datas[0] = IntelligentData("memory", keccak256("memory"));
        datas[1] = IntelligentData("model:llama-3-8b", keccak256(abi.encode("model", versions[id])));
    }
}

/// The draft: no ERC-721, hashes and descriptions apart.
contract V0 is WithUsers {
    event Minted(
        uint256 indexed id, address indexed creator, address indexed owner, bytes32[] hashes, string[] descriptions
    );
    event Transferred(uint256 id, address indexed from, address indexed to);
    event Updated(uint256 indexed id, bytes32[] oldHashes, bytes32[] newHashes);

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x7965db0b;
    }

    function dataHashesOf(uint256 id) public view returns (bytes32[] memory hashes) {
        exists(id);
        hashes = new bytes32[](2);
        hashes[0] = keccak256("memory");
        hashes[1] = keccak256("model");
    }

    function dataDescriptionsOf(uint256 id) public view returns (string[] memory descriptions) {
        exists(id);
        descriptions = new string[](2);
        descriptions[0] = "memory";
        descriptions[1] = "model:llama-3-8b";
    }

    function change(uint256 id) external override {
        emit Updated(id, dataHashesOf(id), dataHashesOf(id));
    }

    function minted(address to, uint256 id) internal override {
        emit Minted(id, msg.sender, to, dataHashesOf(id), dataDescriptionsOf(id));
    }

    function moved(address from, address to, uint256 id) internal override {
        emit Transferred(id, from, to);
    }
}

/// The getter of the later contracts, still no ERC-721.
contract V0b is WithDatas {
    event Minted(uint256 indexed id, address indexed creator, address indexed owner);
    event Transferred(uint256 id, address indexed from, address indexed to);
    event Updated(uint256 indexed id, IntelligentData[] oldDatas, IntelligentData[] newDatas);

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x7965db0b;
    }

    function intelligentDatasOf(uint256 id) external view returns (IntelligentData[] memory) {
        exists(id);
        return datasOf(id);
    }

    function change(uint256 id) external override {
        IntelligentData[] memory before = datasOf(id);
        versions[id]++;
        emit Updated(id, before, datasOf(id));
    }

    function minted(address to, uint256 id) internal override {
        emit Minted(id, msg.sender, to);
    }

    function moved(address from, address to, uint256 id) internal override {
        emit Transferred(id, from, to);
    }
}

abstract contract Erc721 is Family {
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x80ac58cd || id == 0x5b5e139f;
    }

    function tokenURI(uint256 id) external view returns (string memory) {
        exists(id);
        return "";
    }

    function minted(address to, uint256 id) internal override {
        emit Transfer(address(0), to, id);
    }

    function moved(address from, address to, uint256 id) internal override {
        emit Transfer(from, to, id);
    }
}

/// 0G's example: the same data under another name, and an event of its own.
contract V2e is WithDatas, Erc721 {
    event IntelligentDataSet(uint256 indexed tokenId, IntelligentData[] datas);

    function getIntelligentDatas(uint256 id) external view returns (IntelligentData[] memory) {
        exists(id);
        return datasOf(id);
    }

    function paused() external pure returns (bool) {
        return false;
    }

    function change(uint256 id) external override {
        versions[id]++;
        emit IntelligentDataSet(id, datasOf(id));
    }
}

/// A token without any of it, with the errors of OpenZeppelin 5.
contract Plain is Erc721 {
    error ERC721NonexistentToken(uint256 tokenId);

    function exists(uint256 id) internal view override {
        if (owners[id] == address(0)) revert ERC721NonexistentToken(id);
    }
}
